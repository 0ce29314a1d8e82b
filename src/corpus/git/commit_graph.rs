//! The commits of a history and their parents, and the order in which they are visited.

use std::collections::{BinaryHeap, HashMap, HashSet};
use std::ops::Range;

use gix_hash::ObjectId;

use super::commit::ParsedCommit;
use super::objects::{ObjectError, ObjectKind, ObjectReader};

/// A commit of the graph. It is small, since a history has millions of commits.
#[derive(Debug, Clone)]
pub(super) struct CommitNode {
    pub id: ObjectId,
    /// The root folder of the commit; `None` if the commit cannot be read.
    pub tree: Option<ObjectId>,
    /// Seconds since 1970 UTC; `None` if the commit does not say.
    pub author_time: Option<i64>,
    /// Whether the commit is a border of the graph: its parents were not followed.
    pub is_border: bool,
    /// The range of its parents in [`CommitGraph::parents`].
    parents: Range<u32>,
}

/// The commits that can be reached from the tips of a history.
#[derive(Debug, Default)]
pub(super) struct CommitGraph {
    pub nodes: Vec<CommitNode>,
    /// The numbers of the parents of all nodes, node after node.
    parents: Vec<u32>,
    /// The number of tips. They are the first nodes.
    tips: usize,
    /// The commits that cannot be read.
    pub unreadable: Vec<ObjectError>,
}

impl CommitGraph {
    /// Reads at most `limit` commits, from `tips` back to the commits in `borders`, each commit
    /// once.
    pub fn read(
        reader: &mut ObjectReader<'_>,
        tips: &[ObjectId],
        borders: &HashSet<ObjectId>,
        limit: usize,
    ) -> Self {
        let graph = Self::default();
        let mut walk = CommitWalk { reader, borders, graph, numbers: HashMap::new() };
        for tip in tips {
            walk.number(*tip);
        }
        walk.graph.tips = walk.graph.nodes.len();
        // Breadth first: a clone packs its commits in about this order, the newest first.
        let mut next = 0;
        while next < walk.graph.nodes.len() && next < limit {
            walk.visit(next);
            next += 1;
        }
        walk.graph
    }

    /// The parents of a commit.
    pub fn parents<'h>(&'h self, node: &CommitNode) -> impl Iterator<Item = &'h CommitNode> {
        self.parent_numbers(node).iter().map(|number| &self.nodes[*number as usize])
    }

    fn parent_numbers(&self, node: &CommitNode) -> &[u32] {
        &self.parents[node.parents.start as usize..node.parents.end as usize]
    }

    /// For each node, whether it is reached from a tip over first parents alone.
    pub fn is_on_first_line(&self) -> Vec<bool> {
        let mut is_on_line = vec![false; self.nodes.len()];
        for tip in 0..self.tips {
            let mut next = Some(tip);
            while let Some(number) = next.filter(|number| !is_on_line[*number]) {
                is_on_line[number] = true;
                let parents = self.parent_numbers(&self.nodes[number]);
                next = parents.first().map(|parent| *parent as usize);
            }
        }
        is_on_line
    }

    /// The numbers of all nodes, children before their parents. Among commits whose children were
    /// all visited, the one with the largest id comes first.
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
                let remaining = &mut children[*parent as usize];
                *remaining -= 1;
                if *remaining == 0 {
                    ready.push((self.nodes[*parent as usize].id, *parent));
                }
            }
        }
        order
    }
}

/// Builds a graph.
struct CommitWalk<'w, 's> {
    reader: &'w mut ObjectReader<'s>,
    borders: &'w HashSet<ObjectId>,
    graph: CommitGraph,
    /// The number of every commit that was named so far.
    numbers: HashMap<ObjectId, u32>,
}

impl CommitWalk<'_, '_> {
    /// Returns the number of a commit. A new one gets a node that is not read yet.
    fn number(&mut self, id: ObjectId) -> u32 {
        let nodes = &mut self.graph.nodes;
        *self.numbers.entry(id).or_insert_with(|| {
            let (tree, author_time, is_border, parents) = (None, None, false, 0..0);
            nodes.push(CommitNode { id, tree, author_time, is_border, parents });
            nodes.len() as u32 - 1
        })
    }

    /// Reads the commit of a node.
    fn visit(&mut self, number: usize) {
        let id = self.graph.nodes[number].id;
        let object = match self.reader.read(id, ObjectKind::Commit) {
            Ok(object) => object,
            Err(error) => return self.graph.unreadable.push(error),
        };
        let Some(commit) = ParsedCommit::parse(&object.data) else {
            return self.graph.unreadable.push(ObjectError::corrupt(id, "it is no commit"));
        };
        let is_border = self.borders.contains(&id);
        let first = self.graph.parents.len() as u32;
        for parent in commit.parents.iter().filter(|_| !is_border) {
            let parent = self.number(*parent);
            self.graph.parents.push(parent);
        }
        let parents = first..self.graph.parents.len() as u32;
        let ParsedCommit { tree, author_time, .. } = commit;
        self.graph.nodes[number] =
            CommitNode { id, tree: Some(tree), author_time, is_border, parents };
    }
}
