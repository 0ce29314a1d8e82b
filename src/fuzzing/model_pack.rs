//! A pack of git: its entries, its file and its index, as `gitformat-pack(5)` describes them.

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::model_delta::made_by;

/// The names of kinds by number; a delta has none.
const KINDS: [&str; 5] = ["", "commit", "tree", "blob", "tag"];

/// An entry of a pack.
#[derive(Debug, Clone)]
pub(super) enum ModelEntry {
    /// An object, with the number of its kind.
    Whole(u8, Vec<u8>),
    /// A delta of the object that is so many entries before it.
    OffsetDelta(u8, Vec<u8>),
    /// A delta of the object with the id of this entry.
    NamedDelta(u8, Vec<u8>),
}

impl ModelEntry {
    /// The entries that bytes describe. Each has a kind, a number, a length and as many bytes.
    pub fn all(mut bytes: &[u8]) -> Vec<Self> {
        let mut entries = Vec::new();
        while let [kind, number, length, rest @ ..] = bytes {
            let (data, after) = rest.split_at(usize::from(*length).min(rest.len()));
            entries.push(match kind % 6 {
                0 => Self::OffsetDelta(*number, data.to_vec()),
                5 => Self::NamedDelta(*number, data.to_vec()),
                kind => Self::Whole(kind, data.to_vec()),
            });
            bytes = after;
        }
        entries
    }

    /// The file of a pack with these entries, and where each begins.
    pub fn pack(entries: &[Self]) -> (Vec<u8>, Vec<u32>) {
        let mut pack = b"PACK\0\0\0\x02".to_vec();
        pack.extend((entries.len() as u32).to_be_bytes());
        let mut offsets = Vec::new();
        for (number, entry) in entries.iter().enumerate() {
            let start = pack.len() as u32;
            offsets.push(start);
            let (kind, base, data) = match entry {
                Self::Whole(kind, data) => (*kind, Vec::new(), data),
                Self::OffsetDelta(back, data) => {
                    let base = number.checked_sub(usize::from(*back)).map(|base| offsets[base]);
                    // A base that does not exist would be in front of the file.
                    let distance = base.map_or(start + 1, |base| start - base);
                    (6, distance_bytes(distance), data)
                }
                Self::NamedDelta(number, data) => (7, id(usize::from(*number)).to_vec(), data),
            };
            pack.extend(head(kind, data.len()));
            pack.extend(base);
            pack.extend(deflated(data));
        }
        pack.extend([0; 20]);
        (pack, offsets)
    }

    /// The object of an entry; `None` if it is invalid. `depth`: how many deltas may be followed.
    pub fn object(
        entries: &[Self],
        number: usize,
        depth: usize,
    ) -> Option<(&'static str, Vec<u8>)> {
        let (base, delta) = match entries.get(number)? {
            Self::Whole(kind, data) => return Some((KINDS[usize::from(*kind)], data.clone())),
            Self::OffsetDelta(back, delta) => (number.checked_sub(usize::from(*back))?, delta),
            Self::NamedDelta(number, delta) => (usize::from(*number), delta),
        };
        let (kind, base) = Self::object(entries, base, depth.checked_sub(1)?)?;
        Some((kind, made_by(delta, &base)?))
    }
}

/// The head of an entry: its kind and the size of its data.
fn head(kind: u8, size: usize) -> Vec<u8> {
    let (low, mut rest) = ((size & 0xf) as u8, size >> 4);
    let mut head = vec![kind << 4 | low];
    while rest > 0 {
        *head.last_mut().expect("the head has a byte") |= 0x80;
        head.push((rest & 0x7f) as u8);
        rest >>= 7;
    }
    head
}

/// The distance to a base: groups of seven bits, the highest first, each but the last less one.
fn distance_bytes(mut distance: u32) -> Vec<u8> {
    let mut bytes = vec![(distance & 0x7f) as u8];
    while distance >= 0x80 {
        distance = (distance >> 7) - 1;
        bytes.insert(0, 0x80 | (distance & 0x7f) as u8);
    }
    bytes
}

/// The bytes, compressed as git does.
pub(super) fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory can be written")
}

/// The ids of so many entries, in their order.
pub(super) fn entry_ids(count: usize) -> Vec<[u8; 20]> {
    (0..count).map(id).collect()
}

fn id(number: usize) -> [u8; 20] {
    let mut id = [0; 20];
    id[..4].copy_from_slice(&(number as u32).to_be_bytes());
    id
}

/// Writes a pack and its index into an object folder. The objects have the ids [`entry_ids`].
pub(super) fn write_pack(objects: &Path, pack: &[u8], offsets: &[u32]) {
    let count = (offsets.len() as u32).to_be_bytes();
    let mut index = b"\xfftOc\0\0\0\x02".to_vec();
    // All ids begin with 0, so that every prefix has all of them.
    index.extend(count.repeat(256));
    index.extend(entry_ids(offsets.len()).concat());
    index.extend(vec![0; 4 * offsets.len()]);
    index.extend(offsets.iter().flat_map(|offset| offset.to_be_bytes()));
    index.extend([0; 40]);
    let folder = objects.join("pack");
    let written = fs::create_dir(&folder)
        .and_then(|()| fs::write(folder.join("pack-0.pack"), pack))
        .and_then(|()| fs::write(folder.join("pack-0.idx"), index));
    written.expect("a temporary folder can be written");
}
