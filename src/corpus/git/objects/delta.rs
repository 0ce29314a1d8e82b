//! Applies deltas: objects that a pack stores as pieces of another object and new bytes. The format
//! is described in `gitformat-pack(5)`, "Deltified representation".

/// The longest encoding of a size, in bytes: nine groups of seven bits fit 64 bits.
const MAX_SIZE_BYTES: usize = 9;

/// The size of a copied piece whose instruction says 0, in bytes.
const COPY_BYTES_OF_ZERO: usize = 0x10000;

/// The sizes with which a delta begins, and the instructions that follow.
#[derive(Debug, Clone, Copy)]
pub(super) struct DeltaHeader<'d> {
    /// The size of the object from which the delta is made, in bytes.
    pub base_bytes: u64,
    /// The size of the object that the delta makes, in bytes.
    pub result_bytes: u64,
    instructions: &'d [u8],
}

impl<'d> DeltaHeader<'d> {
    /// Parses the start of a delta, or returns `None` if it does not have two sizes.
    pub fn parse(delta: &'d [u8]) -> Option<Self> {
        let (base_bytes, rest) = size(delta)?;
        let (result_bytes, instructions) = size(rest)?;
        Some(Self { base_bytes, result_bytes, instructions })
    }

    /// Makes the object of `result_bytes` bytes from its base. Returns `None` if the delta was made
    /// from a base of another size, or if its instructions do not fit the base or the result.
    pub fn apply(&self, base: &[u8], result_bytes: usize) -> Option<Vec<u8>> {
        if self.base_bytes != base.len() as u64 {
            return None;
        }
        let mut out = Vec::with_capacity(result_bytes);
        let mut instructions = self.instructions;
        while let Some((&code, rest)) = instructions.split_first() {
            let piece;
            (piece, instructions) = if code & 0x80 == 0 {
                rest.split_at_checked(usize::from(code))?
            } else {
                copied_piece(base, code, rest)?
            };
            // Code 0 is reserved. It adds nothing, and a delta of such codes would never end.
            if piece.is_empty() || piece.len() > result_bytes - out.len() {
                return None;
            }
            out.extend_from_slice(piece);
        }
        (out.len() == result_bytes).then_some(out)
    }
}

/// Splits a size from the start of `bytes`: groups of seven bits, the lowest first; a set high bit
/// says that another group follows.
fn size(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0u64;
    for (position, byte) in bytes.iter().enumerate().take(MAX_SIZE_BYTES) {
        value |= u64::from(byte & 0x7f) << (7 * position);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[position + 1..]));
        }
    }
    None
}

/// Returns the piece of the base that a copy instruction names, and the instructions after it. The
/// low seven bits of `code` say which bytes follow: four of the offset, then three of the size.
fn copied_piece<'a, 'b>(
    base: &'a [u8],
    code: u8,
    mut rest: &'b [u8],
) -> Option<(&'a [u8], &'b [u8])> {
    let mut fields = [0u8; 7];
    for (bit, field) in fields.iter_mut().enumerate() {
        if code & (1 << bit) != 0 {
            let (&byte, after) = rest.split_first()?;
            (*field, rest) = (byte, after);
        }
    }
    let [a, b, c, d, e, f, g] = fields;
    let offset = u32::from_le_bytes([a, b, c, d]) as usize;
    let bytes = match u32::from_le_bytes([e, f, g, 0]) as usize {
        0 => COPY_BYTES_OF_ZERO,
        bytes => bytes,
    };
    Some((base.get(offset..offset.checked_add(bytes)?)?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &[u8] = b"hello world";

    fn apply(instructions: &[u8], result_bytes: usize) -> Option<Vec<u8>> {
        let base_bytes = BASE.len() as u64;
        let header = DeltaHeader { base_bytes, result_bytes: result_bytes as u64, instructions };
        header.apply(BASE, result_bytes)
    }

    #[test]
    fn copies_and_new_bytes() {
        let delta = [&[11, 0x81, 0x01][..], &[0x91, 6, 5], &[2, b'!', b'?']].concat();
        let header = DeltaHeader::parse(&delta).unwrap();
        assert_eq!((header.base_bytes, header.result_bytes), (11, 129));
        assert_eq!(header.apply(BASE, 7).unwrap(), b"world!?");
        assert_eq!(header.apply(b"hello", 7), None, "another base");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for delta in [&[][..], &[1], &[0x80; 20]] {
            assert!(DeltaHeader::parse(delta).is_none(), "{delta:?}");
        }
        for instructions in
            [&[0x91, 6, 6][..], &[0x91, 6], &[0], &[3, b'a'], &[0x80], &[2, b'a', b'b']]
        {
            assert_eq!(apply(instructions, 5), None, "{instructions:?}");
        }
        assert_eq!(apply(&[0x91, 6, 5], 4), None, "more than promised");
        assert_eq!(apply(&[0x91, 6, 5], 6), None, "less than promised");
    }
}
