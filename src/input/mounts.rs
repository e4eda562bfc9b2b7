//! Whether the file system of a file sets the time of change of its entry (`ctime` of POSIX) itself, as Linux tells.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

/// Kinds that set it with every change, and let no program set it. Of any other, such as folders of other machines that are
/// reached through FUSE, of FAT and NTFS, it may be the time that a program gave to the file.
const SURE: [&str; 24] = [
    "bcachefs", "btrfs", "ceph", "erofs", "ext2", "ext3", "ext4", "f2fs", "gfs2", "iso9660", "jfs", "nfs", "nfs4",
    "nilfs2", "ocfs2", "overlay", "ramfs", "reiserfs", "squashfs", "tmpfs", "udf", "virtiofs", "xfs", "zfs",
];

/// A folder where a file system begins, and whether that sets the time itself.
type Mount = (PathBuf, bool);

/// Whether a file, by its place and its device, has a time of change that tells. Where the system does not say which file
/// system it is, as other systems than Linux do not, it is taken to have one.
pub(super) fn sets_times(path: &Path, device: Option<u64>) -> bool {
    static MOUNTS: OnceLock<Vec<Mount>> = OnceLock::new();
    static KNOWN: Mutex<BTreeMap<u64, bool>> = Mutex::new(BTreeMap::new());
    let mounts = MOUNTS.get_or_init(|| mounts(&std::fs::read("/proc/self/mountinfo").unwrap_or_default()));
    if mounts.is_empty() {
        return true;
    }
    // A place may lead elsewhere, and thousands of files are asked for.
    let look = || path.canonicalize().is_ok_and(|path| is_sure(mounts, &path));
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    device.map_or_else(look, |device| *known.entry(device).or_insert_with(look))
}

/// What the last of the innermost file systems is, which hides those below it.
fn is_sure(mounts: &[Mount], path: &Path) -> bool {
    let own = mounts.iter().filter(|(at, _)| path.starts_with(at));
    own.max_by_key(|(at, _)| at.components().count()).is_none_or(|(_, sure)| *sure)
}

/// Lines of `mountinfo` (proc(5)): `36 35 98:0 / /mnt rw,noatime master:1 - ext4 /dev/sda1 rw`, of which the fifth word is the
/// place and the one behind the dash the kind.
fn mounts(text: &[u8]) -> Vec<Mount> {
    let read = |line: &[u8]| {
        let line = String::from_utf8_lossy(line).into_owned();
        let (head, tail) = line.split_once(" - ")?;
        let (place, kind) = (head.split(' ').nth(4)?, tail.split(' ').next()?);
        Some((PathBuf::from(unescaped(place)), SURE.contains(&kind)))
    };
    text.split(|b| *b == b'\n').filter_map(read).collect()
}

/// Blanks of a place stand there as `\040`.
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut parts = text.split('\\');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let code = part.get(..3).and_then(|code| u8::from_str_radix(code, 8).ok());
        if let Some(code) = code {
            out.push(char::from(code));
            out.push_str(part.get(3..).unwrap_or_default());
        } else {
            out.push('\\');
            out.push_str(part);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_file_system_tells() {
        let text = b"22 1 254:0 / / rw,relatime - ext4 /dev/root rw\n\
            30 22 0:40 / /far\\040away rw shared:9 - fuse.sshfs root@192.0.2.1:/logs rw\n\
            31 30 0:41 / /far\\040away/own rw - tmpfs tmpfs rw\n\
            32 22 0:42 / /both rw - xfs /dev/a rw\n\
            33 22 0:43 / /both rw - vfat /dev/b rw\n\
            damaged\n34 22 0:44 / /short\n";
        let all = mounts(text);
        let is = |path: &str| is_sure(&all, Path::new(path));
        assert_eq!(all.len(), 5);
        assert!(is("/logs/fe01.log") && is("/far away/own/fe01.log") && is("/far/fe01.log") && is("/bothersome/a"));
        assert!(!is("/far away/fe01.log") && !is("/both/fe01.log"));
        assert!(is_sure(&[], Path::new("/logs/fe01.log")), "where nothing is told");
    }
}
