//! Lists without room to spare.

/// Moves what a list holds to a place of its own size. To shrink a list where it stands would leave a hole behind it, and
/// a log of many calls more holes than things; the place that it had serves the next list of its kind.
pub(super) fn pack<T>(list: &mut Vec<T>) {
    if list.capacity() > list.len() {
        let mut packed = Vec::with_capacity(list.len());
        packed.append(list);
        *list = packed;
    }
}

#[cfg(test)]
mod tests {
    use super::pack;

    #[test]
    fn a_packed_list_has_no_room_left() {
        let mut list = Vec::with_capacity(9);
        list.extend([1, 2, 3]);
        pack(&mut list);
        assert_eq!((list.capacity(), &list[..]), (3, &[1, 2, 3][..]));
        list.clear();
        pack(&mut list);
        assert_eq!(list.capacity(), 0);
    }
}
