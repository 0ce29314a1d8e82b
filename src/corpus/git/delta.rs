//! Deltas of packs: a text as pieces of another one and new bytes.

/// The sizes of base and result that a delta begins with, and the instructions after them. `None`: there are none.
pub(super) fn header(delta: &[u8]) -> Option<(u64, u64, &[u8])> {
    let (base, rest) = size(delta)?;
    let (result, rest) = size(rest)?;
    Some((base, result, rest))
}

/// A number as groups of seven bits, least first.
fn size(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0u64;
    for (position, byte) in bytes.iter().enumerate().take(9) {
        value |= u64::from(byte & 0x7f) << (7 * position);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[position + 1..]));
        }
    }
    None
}

/// Carries the instructions out. `None`: they do not fit the base or the size that was promised.
pub(super) fn apply(base: &[u8], mut instructions: &[u8], result: usize) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(result);
    while let Some((&code, rest)) = instructions.split_first() {
        let piece;
        (piece, instructions) = if code & 0x80 == 0 {
            rest.split_at_checked(usize::from(code))?
        } else {
            copied(base, code, rest)?
        };
        // A code of 0 is reserved; it would add nothing for ever.
        if piece.is_empty() || piece.len() > result - out.len() {
            return None;
        }
        out.extend_from_slice(piece);
    }
    (out.len() == result).then_some(out)
}

/// The piece of the base that a copy instruction names: the bits of `code` say which bytes of offset and size follow.
fn copied<'a, 'b>(base: &'a [u8], code: u8, mut rest: &'b [u8]) -> Option<(&'a [u8], &'b [u8])> {
    let mut fields = [0u8; 7];
    for (bit, field) in fields.iter_mut().enumerate() {
        if code & (1 << bit) != 0 {
            let (&byte, after) = rest.split_first()?;
            (*field, rest) = (byte, after);
        }
    }
    let [a, b, c, d, e, f, g] = fields;
    let offset = u32::from_le_bytes([a, b, c, d]) as usize;
    let size = match u32::from_le_bytes([e, f, g, 0]) as usize {
        0 => 0x10000,
        size => size,
    };
    Some((base.get(offset..offset.checked_add(size)?)?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_and_new_bytes() {
        let delta = [&[11, 0x81, 0x01][..], &[0x91, 6, 5], &[2, b'!', b'?']].concat();
        let (base, result, instructions) = header(&delta).unwrap();
        assert_eq!((base, result), (11, 129));
        assert_eq!(apply(b"hello world", instructions, 7).unwrap(), b"world!?");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let base = b"hello world";
        let size = vec![0x80; 20];
        assert!(header(&[]).is_none() && header(&[1]).is_none() && header(&size).is_none());
        for instructions in
            [&[0x91, 6, 6][..], &[0x91, 6], &[0], &[3, b'a'], &[0x80], &[2, b'a', b'b']]
        {
            assert_eq!(apply(base, instructions, 5), None, "{instructions:?}");
        }
        assert_eq!(apply(base, &[0x91, 6, 5], 4), None, "more than promised");
        assert_eq!(apply(base, &[0x91, 6, 5], 6), None, "less than promised");
    }
}
