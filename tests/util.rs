//! Runs the program in a fresh folder and checks what it did. All integration tests use it.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;
use twox_hash::{XxHash3_64, XxHash3_128};

/// The folder with the real corpora, if `FINEPRINT_CORPORA` names one. Says on stdout if not.
pub fn corpora() -> Option<PathBuf> {
    let folder =
        std::env::var_os("FINEPRINT_CORPORA").map(PathBuf::from).filter(|folder| folder.is_dir());
    if folder.is_none() {
        println!("skipped: FINEPRINT_CORPORA names no folder with real corpora");
    }
    folder
}

/// The Open Terms Archive contrib history as a bare repository, cloned from its bundle at the first
/// call and kept for later runs.
pub fn contrib_history(corpora: &Path) -> PathBuf {
    static CLONE: OnceLock<PathBuf> = OnceLock::new();
    let bundle = corpora.join("opentermsarchive-contrib-versions.bundle");
    CLONE
        .get_or_init(|| {
            let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("contrib-versions.git");
            if !target.join("HEAD").exists() {
                let status = Command::new("git")
                    .args(["clone", "--quiet", "--bare"])
                    .arg(&bundle)
                    .arg(&target)
                    .status();
                assert!(status.expect("git runs").success(), "git clone {}", bundle.display());
            }
            target
        })
        .clone()
}

/// Declares a test that gets a fresh folder:
///
/// ```ignore
/// fptest!(a_phrase_crosses_a_line_end, |fx: Fixture| {
///     fx.policy("acme.example", "2019-03-01", "# Sharing\n\nWe may sell\nyour data.\n");
///     fx.run(["index", "corpus"]).exits(0);
///     fx.run(["search", "sell your data"]).exits(0).stdout_has("acme.example");
/// });
/// ```
macro_rules! fptest {
    ($name:ident, |$fx:ident: $fixture:ty| $body:block) => {
        #[test]
        fn $name() {
            let $fx = <$fixture>::new();
            $body
        }
    };
}
pub(crate) use fptest;

/// The path of the program under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_fineprint");

/// The header line of a file of the Princeton-Leuven corpus.
pub fn header(site: &str, date: &str) -> String {
    let stamp = format!("{}120000", date.replace('-', ""));
    format!(
        "> *The following text is extracted and transformed from the {site} privacy policy that \
         was archived on {date}. \
         Please check the [original snapshot on the Wayback Machine]\
         (https://web.archive.org/web/{stamp}id_/http%3A//www.{site}/privacy) \
         for the most accurate reproduction.*"
    )
}

/// A fresh folder to run commands in, with a cache folder of its own.
pub struct Fixture {
    temp: TempDir,
}

impl Fixture {
    pub fn new() -> Self {
        let fixture = Self { temp: tempfile::tempdir().unwrap() };
        for folder in ["work", "home", "cache"] {
            fs::create_dir(fixture.temp.path().join(folder)).unwrap();
        }
        fixture
    }

    /// The folder in which the commands run.
    pub fn root(&self) -> PathBuf {
        self.temp.path().join("work")
    }

    /// The user's cache folder.
    pub fn cache(&self) -> PathBuf {
        self.temp.path().join("cache")
    }

    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root().join(path)
    }

    /// Writes a file and makes the folder for it.
    pub fn file(&self, path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Writes a snapshot below `corpus`, in the folders of the Princeton-Leuven corpus.
    pub fn policy(&self, site: &str, date: &str, body: &str) -> PathBuf {
        let start = |len: usize| site.chars().take(len).collect::<String>();
        let path = format!("corpus/{}/{}/{}/{site}/{date}.md", start(1), start(2), start(3));
        self.file(path, format!("{}\n\n{body}", header(site, date)))
    }

    /// A command that runs `program` in the fixture's folder and environment.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.root())
            .env("HOME", self.temp.path().join("home"))
            .env("XDG_CACHE_HOME", self.cache())
            .env_remove("FINEPRINT_INDEX")
            .env_remove("NO_COLOR")
            .stdin(Stdio::null());
        command
    }

    /// Runs the program.
    pub fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Run {
        let mut command = self.command(PROGRAM);
        command.args(args);
        Run::of(command, Some(self.root()))
    }

    /// Runs the program in a pseudo terminal of this width, with both streams in one. Returns
    /// `None`, and says so, where there is no `script` program.
    pub fn run_in_terminal(&self, columns: usize, args: &[&str]) -> Option<Run> {
        let has_script =
            Command::new("script").arg("--version").output().is_ok_and(|o| o.status.success());
        if !has_script {
            println!("skipped: no `script` to make a pseudo terminal");
            return None;
        }
        let quoted: Vec<_> =
            args.iter().map(|arg| format!("'{}'", arg.replace('\'', r"'\''"))).collect();
        let inside = format!("stty cols {columns} rows 24; exec '{PROGRAM}' {}", quoted.join(" "));
        let mut command = self.command("script");
        command.env("TERM", "xterm").args(["-qec", &inside, "/dev/null"]);
        Some(Run::of(command, Some(self.root())))
    }

    /// A command that runs the program as a user whom file permissions bind, even where the tests
    /// run as root. Returns `None`, and says so, where that is impossible.
    pub fn unprivileged(&self) -> Option<Command> {
        const NOBODY: u32 = 65534;
        if fs::metadata(self.root()).unwrap().uid() != 0 {
            return Some(self.command(PROGRAM));
        }
        // Other users may not read root's folders, so they get a copy of the program.
        let program = self.temp.path().join("fineprint");
        if !program.exists() {
            fs::copy(PROGRAM, &program).unwrap();
        }
        fs::set_permissions(self.temp.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = self.command(&program);
        command.uid(NOBODY).gid(NOBODY);
        let mut probe = self.command(&program);
        if !probe
            .uid(NOBODY)
            .gid(NOBODY)
            .arg("--version")
            .output()
            .is_ok_and(|o| o.status.success())
        {
            println!("skipped: runs as root and cannot run as nobody");
            return None;
        }
        Some(command)
    }
}

/// Runs a program that `Fixture::command` or `Fixture::unprivileged` made.
pub fn run(mut command: Command, args: &[&str]) -> Run {
    command.args(args);
    let folder = command.get_current_dir().map(Path::to_owned);
    Run::of(command, folder)
}

/// Runs a command with these bytes on its standard input, and returns its output.
pub fn feed(mut command: Command, stdin: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let bytes = stdin.to_vec();
    // The command may print before it has read everything, so both happen at once.
    let writer = std::thread::spawn(move || input.write_all(&bytes));
    let output = child.wait_with_output().unwrap();
    let written = writer.join().unwrap();
    // A command that fails need not read everything.
    assert!(written.is_ok() || !output.status.success(), "{command:?}: {written:?}");
    output
}

/// The entries below a folder with their bytes and time of change. Folders have no bytes.
pub fn listing(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
    let mut found = BTreeMap::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.unwrap();
        let modified = entry.metadata().unwrap().modified().unwrap();
        let bytes =
            if entry.file_type().is_file() { fs::read(entry.path()).unwrap() } else { Vec::new() };
        found.insert(entry.path().strip_prefix(folder).unwrap().to_owned(), (bytes, modified));
    }
    found
}

/// Random numbers that are the same in every run (SplitMix64).
pub fn random(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z ^ (z >> 31)
}

/// Writes the checksums of the files of an index as they are now into its manifest, so that what
/// was changed on purpose looks as if it had been written like that.
pub fn approve(index: &Path) {
    let path = index.join("fineprint.json");
    let mut text = fs::read_to_string(&path).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
    let folder = index.join(manifest["generation"].as_str().unwrap());
    for (name, sum) in manifest["files"].as_object().unwrap() {
        let content = fs::read(folder.join(name)).unwrap();
        let hash = format!("{:032x}", XxHash3_128::oneshot(&content));
        let written = format!("\"bytes\": {},\n      \"xxh3\": {}", sum["bytes"], sum["xxh3"]);
        let now = format!("\"bytes\": {},\n      \"xxh3\": \"{hash}\"", content.len());
        assert!(text.contains(&written));
        text = text.replace(&written, &now);
    }
    fs::write(&path, resealed(&text)).unwrap();
}

/// The text of a manifest that was changed on purpose, with the checksum that belongs to it.
pub fn resealed(manifest: &str) -> String {
    let (content, _) = manifest.rsplit_once(",\n  \"checksum\": \"").unwrap();
    let sum = XxHash3_64::oneshot(content.as_bytes());
    format!("{content},\n  \"checksum\": \"{sum:016x}\"\n}}\n")
}

/// Copies a folder, without lock files.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.unwrap();
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        let is_needed = !entry.file_name().to_string_lossy().ends_with(".lock");
        if entry.file_type().is_dir() {
            fs::create_dir_all(target).unwrap();
        } else if is_needed {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The root of the repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The index of the sample corpus. The first call of a run builds it.
pub fn sample_index() -> &'static Path {
    static INDEX: OnceLock<PathBuf> = OnceLock::new();
    INDEX.get_or_init(|| {
        let index = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sample-index");
        // Another run of the tests may be building the index at this moment.
        for _ in 0..100 {
            let mut command = Command::new(PROGRAM);
            command
                .current_dir(repository())
                .args(["index", "--rebuild", "data/policies", "--index"])
                .arg(&index);
            let run = Run::of(command, None);
            if run.output.status.success() {
                return index;
            }
            assert!(run.stderr().contains("is writing this index"), "{run}");
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("somebody holds {}", index.display());
    })
}

/// Runs the program on the index of the sample corpus.
pub fn sample<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Run {
    let mut command = Command::new(PROGRAM);
    command
        .current_dir(repository())
        .env("FINEPRINT_INDEX", sample_index())
        .env_remove("NO_COLOR")
        .args(args);
    Run::of(command, None)
}

/// The result of a command, with checks that print all of it when they fail.
pub struct Run {
    command: String,
    folder: Option<PathBuf>,
    pub output: Output,
}

impl Run {
    fn of(mut command: Command, folder: Option<PathBuf>) -> Self {
        let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let shown: Vec<OsString> = std::iter::once(command.get_program())
            .chain(command.get_args())
            .map(OsStr::to_owned)
            .collect();
        let shown: Vec<_> = shown.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        Self { command: shown.join(" "), folder, output }
    }

    pub fn stdout(&self) -> &str {
        std::str::from_utf8(&self.output.stdout)
            .unwrap_or_else(|error| panic!("stdout: {error}\n{self}"))
    }

    pub fn stderr(&self) -> &str {
        std::str::from_utf8(&self.output.stderr)
            .unwrap_or_else(|error| panic!("stderr: {error}\n{self}"))
    }

    #[track_caller]
    pub fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.output.status.code(), Some(code), "exit status\n{self}");
        self
    }

    #[track_caller]
    pub fn stdout_has(&self, part: &str) -> &Self {
        assert!(self.stdout().contains(part), "stdout lacks {part:?}\n{self}");
        self
    }

    #[track_caller]
    pub fn stdout_lacks(&self, part: &str) -> &Self {
        assert!(!self.stdout().contains(part), "stdout has {part:?}\n{self}");
        self
    }

    #[track_caller]
    pub fn stdout_is(&self, whole: &str) -> &Self {
        assert!(self.stdout() == whole, "stdout is not {whole:?}\n{self}");
        self
    }

    #[track_caller]
    pub fn stderr_has(&self, part: &str) -> &Self {
        assert!(self.stderr().contains(part), "stderr lacks {part:?}\n{self}");
        self
    }

    #[track_caller]
    pub fn stderr_lacks(&self, part: &str) -> &Self {
        assert!(!self.stderr().contains(part), "stderr has {part:?}\n{self}");
        self
    }

    #[track_caller]
    pub fn stderr_is(&self, whole: &str) -> &Self {
        assert!(self.stderr() == whole, "stderr is not {whole:?}\n{self}");
        self
    }

    #[track_caller]
    pub fn stderr_is_empty(&self) -> &Self {
        self.stderr_is("")
    }

    /// Checks that the command exits with 2, prints this one error on stderr, and nothing on
    /// stdout.
    #[track_caller]
    pub fn fails_with(&self, line: &str) -> &Self {
        self.exits(2).stdout_is("").stderr_is(&format!("error: {line}\n"))
    }

    pub fn lines(&self) -> Vec<&str> {
        self.stdout().lines().collect()
    }

    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(self.stdout())
            .unwrap_or_else(|error| panic!("stdout: {error}\n{self}"))
    }

    #[track_caller]
    pub fn json_lines(&self) -> Vec<serde_json::Value> {
        let value = |line: &&str| {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}\n{self}"))
        };
        self.lines().iter().map(value).collect()
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut files = String::new();
        if let Some(folder) = &self.folder {
            for entry in
                walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten().take(100)
            {
                let path = entry.path().strip_prefix(folder).unwrap_or(entry.path());
                let size = entry.metadata().map_or(0, |metadata| metadata.len());
                writeln!(files, "{size:>9} {}", path.display())?;
            }
        }
        let Output { status, stdout, stderr } = &self.output;
        let line = "-".repeat(60);
        let (stdout, stderr) = (String::from_utf8_lossy(stdout), String::from_utf8_lossy(stderr));
        write!(
            f,
            "{line}\n{}\n{line} folder\n{files}{line} {status}\n{line} stdout\n{stdout}{line} \
             stderr\n{stderr}{line}",
            self.command
        )
    }
}

/// These bytes as one member of gzip.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

/// These bytes as one frame of zstd.
pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}
