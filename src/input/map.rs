//! Mapping a file. All `unsafe` that is about mapped files is in this file.
//!
//! # Contract
//! A mapping shows the file as it is now: another process may write to it or cut it short.
//! * *Written to*: readers treat the bytes as hostile anyway; no invariant depends on reading the same
//!   byte twice, and every access is bounds-checked.
//! * *Cut short*: touching a page behind the new end raises SIGBUS. A handler, installed at the first
//!   mapping, puts zero pages in place of the lost ones and remembers where the text ends; the reader sees
//!   zeros and [`Map::intact_len`] tells how much was real. A SIGBUS outside our mappings goes to the handler
//!   that was there before. This also covers an I/O error of a network share while a page is read.
//!   On Windows a mapped file cannot be cut.
//! * *Grown*: only the first files that are mapped (128 at a time) stay open to be asked; of others, and of
//!   temporary ones, it is taken that they have not.
//! * *Temporary*: unlinked, so nobody else can change it, and nothing watches its end.
//!
//! One `unsafe` (the mapping) cannot keep that promise alone, hence the handler's few more.

use std::fs::File;
use std::io;

use memmap2::Mmap;

#[derive(Debug)]
pub(super) struct Map {
    pages: Mmap,
    /// The file, to ask how long it is now. Thousands of them would use up the descriptors of the process, so only the
    /// first ones are kept, and none that is temporary.
    file: Option<File>,
    /// Watches for an end that is cut off. A temporary file has none: nobody else can change it.
    slot: Option<guard::Slot>,
}

impl Map {
    /// Maps a non-empty file.
    pub(super) fn new(file: File) -> io::Result<Map> {
        let pages = pages(&file)?;
        let slot = guard::watch(pages.as_ptr() as usize, pages.len())
            .ok_or_else(|| io::Error::other("too many mapped files"))?;
        Ok(Map { pages, file: slot.is_early().then_some(file), slot: Some(slot) })
    }

    /// Maps a temporary file, which is not empty, and closes it: the pages stay.
    pub(super) fn of_temporary(file: &File) -> io::Result<Map> {
        Ok(Map { pages: pages(file)?, file: None, slot: None })
    }

    /// Whether nobody else knows the file.
    pub(super) fn is_temporary(&self) -> bool {
        self.slot.is_none()
    }

    /// Gives pages of a temporary file back that were read and are perhaps not read again: its text is no input of the
    /// user, and may be far bigger than that.
    pub(super) fn forget(&self, from: usize, len: usize) {
        if self.is_temporary() && from < self.pages.len() {
            self.give_back(from, len.min(self.pages.len() - from));
        }
    }

    #[cfg(unix)]
    #[expect(unsafe_code, reason = "the advice has no safe form; see below")]
    fn give_back(&self, from: usize, len: usize) {
        // SAFETY: the mapping is shared and read-only, so pages that are touched again are read from the file again,
        // with the same bytes: nobody else can write to an unlinked file.
        let advised = unsafe { self.pages.unchecked_advise_range(memmap2::UncheckedAdvice::DontNeed, from, len) };
        // Without it they stay.
        drop(advised);
    }

    #[cfg(not(unix))]
    #[expect(clippy::unused_self, reason = "elsewhere it has something to do")]
    fn give_back(&self, _: usize, _: usize) {}

    /// Has the pages of a stretch ready that will be read now: at once, in place of a fault for every few of them.
    #[cfg(target_os = "linux")]
    pub(super) fn will_read(&self, from: usize, len: usize) {
        if from < self.pages.len() {
            let len = len.min(self.pages.len() - from);
            // An old kernel does not know it, and the end of a file may be gone: then they come one by one.
            drop(self.pages.advise_range(memmap2::Advice::PopulateRead, from, len));
        }
    }

    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unused_self, reason = "elsewhere it has something to do")]
    pub(super) fn will_read(&self, _: usize, _: usize) {}

    pub(super) fn bytes(&self) -> &[u8] {
        &self.pages
    }

    pub(super) fn has_grown(&self) -> bool {
        self.len_now().is_some_and(|len| len > self.pages.len() as u64)
    }

    pub(super) fn intact_len(&self) -> u64 {
        let now = self.len_now().unwrap_or(u64::MAX);
        let seen = self.slot.as_ref().and_then(guard::Slot::shrunk_at).unwrap_or(u64::MAX);
        (self.pages.len() as u64).min(now).min(seen)
    }

    fn len_now(&self) -> Option<u64> {
        self.file.as_ref()?.metadata().ok().map(|m| m.len())
    }
}

#[expect(unsafe_code, reason = "mapping a file has no safe form; see the contract above")]
fn pages(file: &File) -> io::Result<Mmap> {
    // SAFETY: the contract of this module: bytes that change are tolerated, bytes that vanish are guarded, and those of a
    // temporary file do neither.
    unsafe { Mmap::map(file) }
}

impl Drop for Map {
    fn drop(&mut self) {
        // The watch ends before the address range is given back and possibly used by somebody else.
        self.slot.take();
    }
}

#[cfg(unix)]
#[expect(unsafe_code, reason = "a signal handler has no safe form; see the contract above")]
mod guard {
    use std::sync::Once;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// How many files can be mapped at a time; more are read into memory instead.
    const SLOTS: usize = 1024;
    /// How many of these files stay open: macOS gives a process 256 descriptors, Linux 1,024.
    const OPEN: usize = 128;
    const FREE: usize = 0;

    struct Entry {
        start: AtomicUsize,
        len: AtomicUsize,
        shrunk: AtomicUsize,
    }

    static TABLE: [Entry; SLOTS] = [const {
        Entry { start: AtomicUsize::new(FREE), len: AtomicUsize::new(0), shrunk: AtomicUsize::new(usize::MAX) }
    }; SLOTS];
    static PREVIOUS: AtomicUsize = AtomicUsize::new(0);
    static INSTALL: Once = Once::new();

    #[derive(Debug)]
    pub(super) struct Slot(usize);

    impl Slot {
        /// Whether few files were mapped before.
        pub(super) fn is_early(&self) -> bool {
            self.0 < OPEN
        }

        pub(super) fn shrunk_at(&self) -> Option<u64> {
            let at = TABLE.get(self.0)?.shrunk.load(Ordering::Acquire);
            (at != usize::MAX).then_some(at as u64)
        }
    }

    impl Drop for Slot {
        fn drop(&mut self) {
            if let Some(entry) = TABLE.get(self.0) {
                entry.len.store(0, Ordering::Release);
                entry.shrunk.store(usize::MAX, Ordering::Release);
                entry.start.store(FREE, Ordering::Release);
            }
        }
    }

    pub(super) fn watch(start: usize, len: usize) -> Option<Slot> {
        INSTALL.call_once(install);
        TABLE.iter().enumerate().find_map(|(i, entry)| {
            entry.start.compare_exchange(FREE, start, Ordering::AcqRel, Ordering::Relaxed).ok()?;
            entry.len.store(len, Ordering::Release);
            Some(Slot(i))
        })
    }

    fn install() {
        // SAFETY: both structures are plain C data for which all zeros is valid; the handler only does what a
        // signal handler may (atomics and the mmap system call).
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            let mut previous: libc::sigaction = std::mem::zeroed();
            let handler: extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void) = on_bus_error;
            action.sa_sigaction = handler as usize;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
            libc::sigemptyset(&raw mut action.sa_mask);
            if libc::sigaction(libc::SIGBUS, &raw const action, &raw mut previous) == 0
                && previous.sa_flags & libc::SA_SIGINFO != 0
            {
                PREVIOUS.store(previous.sa_sigaction, Ordering::Release);
            }
        }
    }

    extern "C" fn on_bus_error(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
        // SAFETY: the kernel hands a valid `siginfo_t` to an SA_SIGINFO handler; the range that is mapped over
        // lies inside one of our own live mappings, and is only ever read.
        unsafe {
            let address = (*info).si_addr() as usize;
            for entry in &TABLE {
                let (start, len) = (entry.start.load(Ordering::Acquire), entry.len.load(Ordering::Acquire));
                if start == FREE || address < start || address - start >= len {
                    continue;
                }
                let page = usize::try_from(libc::sysconf(libc::_SC_PAGESIZE)).unwrap_or(4096);
                let from = address / page * page;
                let flags = libc::MAP_FIXED | libc::MAP_PRIVATE | libc::MAP_ANON;
                let size = start + len - from;
                if libc::mmap(from as *mut libc::c_void, size, libc::PROT_READ, flags, -1, 0) != libc::MAP_FAILED {
                    entry.shrunk.fetch_min(from - start, Ordering::AcqRel);
                    return;
                }
            }
            let previous = PREVIOUS.load(Ordering::Acquire);
            if previous > 1 {
                let previous: extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void) =
                    std::mem::transmute(previous);
                previous(signal, info, context);
            } else {
                libc::signal(libc::SIGBUS, libc::SIG_DFL);
            }
        }
    }
}

#[cfg(not(unix))]
mod guard {
    #[derive(Debug)]
    pub(super) struct Slot;

    impl Slot {
        #[expect(clippy::unused_self, reason = "twin of the Unix form")]
        pub(super) fn is_early(&self) -> bool {
            true
        }

        #[expect(clippy::unused_self, reason = "twin of the Unix form")]
        pub(super) fn shrunk_at(&self) -> Option<u64> {
            None
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "twin of the Unix form")]
    pub(super) fn watch(_start: usize, _len: usize) -> Option<Slot> {
        Some(Slot)
    }
}
