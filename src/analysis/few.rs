//! Small maps: nearly every Call-ID has a handful of branches, tags and servers.

use std::hash::Hash;

use hashbrown::HashMap;

/// Values by key, in the order in which they came: looked for one by one while they are few, by hash when a hostile log
/// has many.
#[derive(Clone, Debug)]
pub(super) struct Few<K, V> {
    all: Vec<(K, V)>,
    /// Empty while they are few.
    index: HashMap<K, usize>,
}

/// So many are few.
const FEW: usize = 16;

impl<K, V> Default for Few<K, V> {
    fn default() -> Few<K, V> {
        Few { all: Vec::new(), index: HashMap::new() }
    }
}

impl<K: Copy + Eq + Hash, V> Few<K, V> {
    fn at(&self, key: K) -> Option<usize> {
        if self.all.len() <= FEW {
            self.all.iter().position(|(own, _)| *own == key)
        } else {
            self.index.get(&key).copied()
        }
    }

    /// The value of a key.
    pub(super) fn get(&self, key: K) -> Option<&V> {
        self.at(key).and_then(|at| self.all.get(at)).map(|(_, value)| value)
    }

    /// Does something with the value of a key, which is made where there is none.
    pub(super) fn with<R>(&mut self, key: K, new: impl FnOnce() -> V, act: impl FnOnce(&mut V) -> R) -> R {
        if let Some((_, value)) = self.at(key).and_then(|at| self.all.get_mut(at)) {
            return act(value);
        }
        let mut value = new();
        let out = act(&mut value);
        self.all.push((key, value));
        if self.all.len() == FEW + 1 {
            self.index = self.all.iter().enumerate().map(|(at, (key, _))| (*key, at)).collect();
        } else if self.all.len() > FEW {
            self.index.insert(key, self.all.len() - 1);
        }
        out
    }

    /// All of them, in the order in which their keys came.
    pub(super) fn iter(&self) -> impl Iterator<Item = &(K, V)> {
        self.all.iter()
    }

    /// The same, given away.
    pub(super) fn into_all(self) -> Vec<(K, V)> {
        self.all
    }
}

#[cfg(test)]
mod tests {
    use super::Few;

    #[test]
    fn few_and_many_are_the_same() {
        let mut map: Few<u32, u32> = Few::default();
        for n in 0..100 {
            map.with(n % 40, || 0, |count| *count += 1);
            assert_eq!((map.get(n % 40), map.get(40)), (Some(&(n / 40 + 1)), None));
        }
        let keys: Vec<u32> = map.iter().map(|(key, _)| *key).collect();
        assert_eq!(keys, (0..40).collect::<Vec<_>>());
        assert_eq!(map.into_all().len(), 40);
    }
}
