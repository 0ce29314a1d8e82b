//! Decides which numbers in front of clauses are numbers of the clause, and which are part of its
//! text.
//!
//! A number is an enumerator only if it continues a sequence in its own text (1., 2., 3.; 4.1, 4.2;
//! (a), (b)) or begins one, and if neither a unit, a currency, a month nor the rest of a number
//! follows. In doubt it is text, so that no changed amount, date, age or initial is ever hidden.
//!
//! `candidate` reads what a clause begins with, `amounts` knows the words after amounts, and
//! `sequences` finds the sequences of a whole snapshot. `settling` moves the numbers out of the
//! texts and the lead-ins.

pub(super) mod amounts;
mod candidate;
mod sequences;
pub(super) mod settling;
