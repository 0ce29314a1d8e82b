//! Which commits there are, in which order.

use std::collections::{BinaryHeap, HashMap, HashSet};
use std::ops::Range;

use gix_hash::ObjectId;

use super::commit::Commit;
use super::objects::{Fault, Kind, ObjectError, ObjectReader};

/// A commit of the history. Small, since a history has millions.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub id: ObjectId,
    /// Its root folder; `None` if the commit cannot be read.
    pub tree: Option<ObjectId>,
    pub author_time: Option<i64>,
    /// Whether its parents were left out when the history was cloned.
    pub is_border: bool,
    parents: Range<u32>,
}

/// The commits that can be reached from some.
#[derive(Debug, Default)]
pub(super) struct History {
    pub nodes: Vec<Node>,
    /// The parents of all nodes, one after the other.
    parents: Vec<u32>,
    /// Commits that cannot be read.
    pub unreadable: Vec<ObjectError>,
}

impl History {
    /// Reads commits from `tips` back, at most `limit`, each once.
    pub fn read(
        reader: &mut ObjectReader<'_>,
        tips: &[ObjectId],
        shallow: &HashSet<ObjectId>,
        limit: usize,
    ) -> Self {
        let mut history = Self::default();
        let mut numbers = HashMap::new();
        // The newest first, where that is cheap to know: a clone packs commits in that order.
        for tip in tips {
            history.number(*tip, &mut numbers);
        }
        let mut next = 0;
        while next < history.nodes.len() && next < limit {
            history.visit(next, reader, shallow, &mut numbers);
            next += 1;
        }
        history
    }

    fn number(&mut self, id: ObjectId, numbers: &mut HashMap<ObjectId, u32>) -> u32 {
        let next = self.nodes.len() as u32;
        let number = *numbers.entry(id).or_insert(next);
        if number == next {
            self.nodes.push(Node {
                id,
                tree: None,
                author_time: None,
                is_border: false,
                parents: 0..0,
            });
        }
        number
    }

    fn visit(
        &mut self,
        number: usize,
        reader: &mut ObjectReader<'_>,
        shallow: &HashSet<ObjectId>,
        numbers: &mut HashMap<ObjectId, u32>,
    ) {
        let id = self.nodes[number].id;
        let object = match reader.read(id, Kind::Commit) {
            Ok(object) => object,
            Err(error) => return self.unreadable.push(error),
        };
        let Some(commit) = Commit::parse(&object.data) else {
            let fault = Fault::Corrupt("it is no commit".to_owned());
            return self.unreadable.push(ObjectError { id, fault });
        };
        let is_border = shallow.contains(&id);
        let first = self.parents.len() as u32;
        for parent in commit.parents.iter().filter(|_| !is_border) {
            let parent = self.number(*parent, numbers);
            self.parents.push(parent);
        }
        let node = &mut self.nodes[number];
        (node.tree, node.author_time, node.is_border) =
            (Some(commit.tree), commit.author_time, is_border);
        node.parents = first..self.parents.len() as u32;
    }

    fn parent_numbers(&self, node: &Node) -> &[u32] {
        &self.parents[node.parents.start as usize..node.parents.end as usize]
    }

    /// The parents of a commit.
    pub fn parents<'h>(&'h self, node: &Node) -> impl Iterator<Item = &'h Node> {
        self.parent_numbers(node).iter().map(|number| &self.nodes[*number as usize])
    }

    /// The commits, children before their parents; where that leaves a choice, by id.
    pub fn newest_first(&self) -> Vec<u32> {
        let mut children = vec![0u32; self.nodes.len()];
        for parent in &self.parents {
            children[*parent as usize] += 1;
        }
        let tips = (0..self.nodes.len() as u32).filter(|number| children[*number as usize] == 0);
        let mut ready: BinaryHeap<_> =
            tips.map(|number| (self.nodes[number as usize].id, number)).collect();
        let mut order = Vec::with_capacity(self.nodes.len());
        while let Some((_, number)) = ready.pop() {
            order.push(number);
            for parent in self.parent_numbers(&self.nodes[number as usize]) {
                let left = &mut children[*parent as usize];
                *left -= 1;
                if *left == 0 {
                    ready.push((self.nodes[*parent as usize].id, *parent));
                }
            }
        }
        order
    }
}
