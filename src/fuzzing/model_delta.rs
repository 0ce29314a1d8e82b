//! Deltas of git, applied byte by byte as `gitformat-pack(5)` describes them.

/// The object that a delta makes of its base; `None` if the delta is invalid.
pub(super) fn made_by(delta: &[u8], base: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = delta.iter().copied();
    if size(&mut bytes)? != base.len() as u128 {
        return None;
    }
    let result = size(&mut bytes)?;
    let mut out = Vec::new();
    while let Some(code) = bytes.next() {
        let before = out.len();
        if code < 0x80 {
            for _ in 0..code {
                out.push(bytes.next()?);
            }
        } else {
            let (offset, length) = place(code, &mut bytes)?;
            for at in offset..offset + length {
                out.push(*base.get(at)?);
            }
        }
        if out.len() == before || out.len() as u128 > result {
            return None;
        }
    }
    (out.len() as u128 == result).then_some(out)
}

/// A size of at most nine groups of seven bits, the lowest first.
fn size(bytes: &mut impl Iterator<Item = u8>) -> Option<u128> {
    let mut value = 0;
    for group in 0..9 {
        let byte = bytes.next()?;
        value += u128::from(byte % 0x80) * 128_u128.pow(group);
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

/// The offset and the length of a copied piece.
fn place(code: u8, bytes: &mut impl Iterator<Item = u8>) -> Option<(usize, usize)> {
    let (mut offset, mut length) = (0, 0);
    for bit in 0..7 {
        if code >> bit & 1 == 1 {
            let byte = usize::from(bytes.next()?);
            if bit < 4 {
                offset += byte << (8 * bit);
            } else {
                length += byte << (8 * (bit - 4));
            }
        }
    }
    Some((offset, if length == 0 { 0x10000 } else { length }))
}
