//! Remembers what slow functions of the oracle returned. The same texts are asked about again and
//! again: for each snapshot in which a clause occurs, and for each query.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use regex::Regex;

use super::{corpus, query, stamps, tokens};

/// The sum of the lengths of all texts that are remembered at a time, in bytes.
const MOST_BYTES: usize = 64 << 20;

/// The results of a function of a text.
struct Memory<T> {
    known: HashMap<String, Rc<T>>,
    bytes: usize,
}

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Self { known: HashMap::new(), bytes: 0 }
    }
}

impl<T> Memory<T> {
    fn recall(&mut self, text: &str, compute: fn(&str) -> T) -> Rc<T> {
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        if self.bytes > MOST_BYTES {
            *self = Self::default();
        }
        self.bytes += text.len();
        let new = Rc::new(compute(text));
        self.known.insert(text.to_owned(), new.clone());
        new
    }
}

thread_local! {
    static FOLDED: RefCell<Memory<Vec<String>>> = RefCell::default();
    static IDENTITY_FORMS: RefCell<Memory<String>> = RefCell::default();
    static DATE_STAMPS: RefCell<Memory<Option<String>>> = RefCell::default();
    static STEMS: RefCell<Memory<String>> = RefCell::default();
    static REGEXES: RefCell<Memory<Option<Regex>>> = RefCell::default();
}

/// [`tokens::folded`], remembered.
pub fn folded(text: &str) -> Rc<Vec<String>> {
    FOLDED.with_borrow_mut(|memory| memory.recall(text, tokens::folded))
}

/// [`corpus::identity_form`], remembered.
pub fn identity_form(text: &str) -> Rc<String> {
    IDENTITY_FORMS.with_borrow_mut(|memory| memory.recall(text, corpus::identity_form))
}

/// [`stamps::date_stamp`], remembered.
pub fn date_stamp(text: &str) -> Rc<Option<String>> {
    DATE_STAMPS.with_borrow_mut(|memory| memory.recall(text, stamps::date_stamp))
}

/// [`query::english_stem`], remembered.
pub fn english_stem(word: &str) -> Rc<String> {
    STEMS.with_borrow_mut(|memory| memory.recall(word, query::english_stem))
}

/// [`query::whole_regex`], remembered.
pub fn whole_regex(pattern: &str) -> Rc<Option<Regex>> {
    REGEXES.with_borrow_mut(|memory| memory.recall(pattern, query::whole_regex))
}
