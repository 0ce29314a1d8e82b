//! Tests that an index is in its old or its new state whatever happens to its writer.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::util::{
    Fixture, PROGRAM, contrib_history, copy_folder, corpora, fptest, header, random, resealed,
};

const QUERIES: [&[&str]; 3] = [
    &["search", "we sell", "--format", "json", "--limit", "all"],
    &["search", "data", "--format", "jsonl", "--limit", "all"],
    &["search", "company:a* AND we", "--format", "jsonl"],
];

fn answers(fx: &Fixture) -> String {
    QUERIES.iter().map(|query| fx.run(*query).exits(0).stdout().to_owned()).collect()
}

fn write(fx: &Fixture, state: u32) {
    for number in 0..40 {
        let site = format!("a{}.example", number % 8);
        let date = format!("20{:02}-01-01", number / 8);
        let body: String =
            (0..30).map(|i| format!("We sell data {} of {number}.\n\n", i * state)).collect();
        fx.file(format!("corpus/{number}.md"), format!("{}\n\n{body}", header(&site, &date)));
    }
}

fptest!(killed_at_any_moment_an_index_is_as_before_or_as_after, |fx: Fixture| {
    let kills = std::env::var("FINEPRINT_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(40);
    write(&fx, 1);
    fx.run(["index", "corpus", "--quiet"]).exits(0);
    let mut before = answers(&fx);
    let (mut old, mut new) = (0, 0);
    // The time that an update takes on this machine, so that kills are spread over all of it.
    let mut whole = Duration::ZERO;
    for kill in 0..kills {
        write(&fx, kill + 2);
        let mut command = fx.command(PROGRAM);
        command.args(["index", "corpus", "--quiet"]).stdout(Stdio::null()).stderr(Stdio::null());
        let started = Instant::now();
        let mut child = command.spawn().unwrap();
        if kill % 8 == 0 {
            child.wait().unwrap();
            whole = started.elapsed();
            before = answers(&fx);
            continue;
        }
        std::thread::sleep(whole.mul_f64((random(u64::from(kill)) % 1100) as f64 / 1000.0));
        let _ = child.kill();
        child.wait().unwrap();
        let after = answers(&fx);
        fx.run(["check", "--quiet"]).exits(0);
        let is_old = after == before;
        fx.run(["index", "corpus", "--quiet"]).exits(0);
        let complete = answers(&fx);
        assert!(is_old || after == complete, "kill {kill}: neither the old nor the new state");
        if is_old {
            old += 1
        } else {
            new += 1
        }
        before = complete;
    }
    fx.run(["check", "--against", "corpus"]).exits(0).stdout_has("equal to corpus: 40 snapshots");
    assert_eq!(generations(&fx), 1, "what killed builds left is gone");
    println!("{old} as before, {new} as after");
    assert!(old > 0, "no build was killed before its end");
});

fptest!(killed_builds_of_a_real_history_leave_the_old_index, |fx: Fixture| {
    let Some(corpora) = corpora() else { return };
    if std::env::var_os("FINEPRINT_LONG").is_none() {
        println!("skipped: FINEPRINT_LONG asks for it");
        return;
    }
    let history = contrib_history(&corpora);
    write(&fx, 1);
    fx.run(["index", "corpus", "--quiet"]).exits(0);
    let before = answers(&fx);
    let saved = fx.path("saved");
    copy_folder(&fx.path(".fineprint"), &saved);
    let build = || {
        let mut command = fx.command(PROGRAM);
        command.args(["index", "--collection", "history", "--quiet"]).arg(&history);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let started = Instant::now();
    assert!(build().wait().unwrap().success());
    let whole = started.elapsed();
    let after = answers(&fx);
    let restore = || {
        fs::remove_dir_all(fx.path(".fineprint")).unwrap();
        copy_folder(&saved, &fx.path(".fineprint"));
    };
    restore();
    let (mut old, mut new) = (0, 0);
    for kill in 0..100 {
        let mut child = build();
        std::thread::sleep(whole.mul_f64((random(kill) % 1050) as f64 / 1000.0));
        let _ = child.kill();
        child.wait().unwrap();
        let found = answers(&fx);
        assert!(
            found == before || found == after,
            "kill {kill}: neither the old nor the new state"
        );
        if found == before {
            old += 1;
        } else {
            new += 1;
            fx.run(["check", "--quiet"]).exits(0);
            restore();
        }
        assert!(generations(&fx) <= 2, "kill {kill}");
    }
    fx.run(["check", "--quiet"]).exits(0);
    println!("{old} as before, {new} as after, of a build of {whole:?}");
    assert!(old > 0, "no build was killed before its end");
});

fptest!(killed_builds_leave_at_most_one_generation_behind, |fx: Fixture| {
    write(&fx, 1);
    // The first builds are killed before there is an index, the others while there is one.
    for kill in 0..12 {
        if kill == 4 {
            fx.run(["index", "corpus", "--quiet"]).exits(0);
        }
        write(&fx, kill + 2);
        let mut command = fx.command(PROGRAM);
        command.args(["index", "corpus", "--quiet"]).stdout(Stdio::null()).stderr(Stdio::null());
        let before = newest_generation(&fx);
        let mut child = command.spawn().unwrap();
        while newest_generation(&fx) == before && child.try_wait().unwrap().is_none() {}
        let _ = child.kill();
        child.wait().unwrap();
        let most = if kill < 4 { 1 } else { 2 };
        assert!(generations(&fx) <= most, "after {kill}: {} generations", generations(&fx));
    }
    fx.run(["index", "corpus", "--quiet"]).exits(0);
    assert_eq!(generations(&fx), 1);
    fx.run(["check"]).exits(0).stdout_lacks("not part of the index");
});

/// The largest number of a generation; 0 if there is none.
fn newest_generation(fx: &Fixture) -> u64 {
    let entries = fs::read_dir(fx.path(".fineprint")).into_iter().flatten();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let numbers = names.filter_map(|name| name.strip_prefix("generation-")?.parse().ok());
    numbers.max().unwrap_or(0)
}

fn generations(fx: &Fixture) -> usize {
    let names =
        fs::read_dir(fx.path(".fineprint")).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter(|name| name.to_string_lossy().starts_with("generation-")).count()
}

fptest!(readers_run_through_updates, |fx: Fixture| {
    write(&fx, 1);
    fx.run(["index", "corpus", "--quiet"]).exits(0);
    for state in 2..6 {
        write(&fx, state);
        let mut command = fx.command(PROGRAM);
        let mut child = command.args(["index", "corpus", "--quiet"]).spawn().unwrap();
        let mut searches = 0;
        while child.try_wait().unwrap().is_none() {
            fx.run(["search", "we sell data", "--count"]).exits(0).stderr_is_empty();
            searches += 1;
        }
        assert!(child.wait().unwrap().success());
        assert!(searches > 0);
    }
});

/// Asserts that `check` compares every number of the manifest with what it counts.
fn check_counts(fx: &Fixture) {
    let path = fx.path(".fineprint/fineprint.json");
    let whole = fs::read_to_string(&path).unwrap();
    let mut changed = 0;
    let mut section = String::new();
    let mut before = String::new();
    for line in whole.split_inclusive('\n') {
        if line.starts_with("  \"") {
            section = line.split('"').nth(1).unwrap().to_owned();
        }
        // The numbers of corpora are names, and the sizes of files are compared with the files.
        let is_count = !["corpora", "files", "versions"].contains(&section.as_str());
        let digits: String = line.chars().filter(char::is_ascii_digit).collect();
        if is_count && line.trim_end().trim_end_matches(',').ends_with(&format!(": {digits}")) {
            let more = (digits.parse::<u64>().unwrap() + 1).to_string();
            let rest = &whole[before.len() + line.len()..];
            let other = format!("{before}{}{rest}", line.replace(&digits, &more));
            fs::write(&path, resealed(&other)).unwrap();
            fx.run(["check"]).exits(2).stdout_has("the manifest ");
            changed += 1;
        }
        before.push_str(line);
    }
    assert!(changed > 14, "{changed} numbers");
    let other = resealed(&whole.replace("\"snapshots\": 40", "\"snapshots\": 41"));
    fs::write(&path, other).unwrap();
    fx.run(["check"]).exits(2).stdout_has("the manifest counts 41 snapshots, there are 40");
    let date = resealed(&whole.replace("\"first\": \"2", "\"first\": \"1"));
    assert_ne!(date, whole);
    fs::write(&path, date).unwrap();
    fx.run(["check"]).exits(2).stdout_has("the manifest has other archive dates");
    fs::write(&path, whole).unwrap();
}

fptest!(check_finds_what_is_wrong, |fx: Fixture| {
    write(&fx, 1);
    fx.run(["index", "corpus", "--quiet"]).exits(0);
    fx.run(["check"]).exits(0).stdout_has("8 policies, 40 snapshots");
    let folder =
        walkdir::WalkDir::new(fx.path(".fineprint/generation-1")).into_iter().map(Result::unwrap);
    let files: Vec<_> = folder.filter(|file| file.file_type().is_file()).collect();
    let mut flipped = 0;
    for file in files {
        let name = file.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let whole = fs::read(file.path()).unwrap();
        for at in [0, whole.len() / 3, whole.len().saturating_sub(1)] {
            let mut bytes = whole.clone();
            match bytes.get_mut(at) {
                Some(byte) => *byte ^= 4,
                // No text is shared, so the table of shared texts is empty.
                None => bytes.push(4),
            }
            fs::write(file.path(), bytes).unwrap();
            fx.run(["check"]).exits(2).stdout_has(&format!("{name}: is not as it was written"));
            flipped += 1;
        }
        fs::remove_file(file.path()).unwrap();
        fx.run(["check"]).exits(2).stdout_has(&format!("{name}: is missing"));
        fs::write(file.path(), whole).unwrap();
    }
    assert!(flipped > 20);
    fx.run(["check"]).exits(0);
    check_counts(&fx);

    fx.run(["check", "--against", "corpus"]).exits(0).stdout_has("equal to corpus: 40 snapshots");
    fx.file("corpus/new.md", format!("{}\n\nNew.\n", header("new.example", "2001-01-01")));
    fx.file("corpus/3.md", format!("{}\n\nOther.\n", header("a3.example", "2000-01-01")));
    fs::remove_file(fx.path("corpus/4.md")).unwrap();
    let run = fx.run(["check", "--against", "corpus"]);
    run.exits(2)
        .stdout_has("corpus/new.md: is not in the index\n")
        .stdout_has("corpus/3.md: is not in the index\n");
    run.stdout_has("corpus/4.md: is in the index, and not in the corpus\n");
});

fptest!(ctrl_c_stops_at_once_and_leaves_the_old_index, |fx: Fixture| {
    write(&fx, 1);
    fx.run(["index", "corpus", "--quiet"]).exits(0);
    let before = answers(&fx);
    for state in 2..6 {
        write(&fx, state);
        let mut command = fx.command(PROGRAM);
        let mut child = command.args(["index", "corpus", "--quiet"]).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(5 * u64::from(state)));
        let sent =
            std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        let interrupted = Instant::now();
        let ended = child.wait().unwrap();
        assert!(interrupted.elapsed() < Duration::from_secs(2));
        if sent.is_ok_and(|sent| sent.success()) && !ended.success() {
            assert_eq!(answers(&fx), before);
        } else {
            // The command ended before the signal came.
            write(&fx, 1);
            fx.run(["index", "corpus", "--quiet"]).exits(0);
            assert_eq!(answers(&fx), before);
        }
    }
});

fptest!(a_full_disk_leaves_the_old_index, |fx: Fixture| {
    write(&fx, 1);
    fs::create_dir(fx.path("small")).unwrap();
    // A small file system of its own needs user namespaces.
    let script = |size: &str| {
        format!(
            "mount -t tmpfs -o size={size} none small && '{PROGRAM}' index corpus --index small/x \
             --quiet && \
             '{PROGRAM}' search 'we sell' --index small/x --format json >before && \
             mkdir more && for i in $(seq 40); do sed \"s/acme/b$i/; \
             s/a[0-7][.]example/b$i.example/; s/We sell/We lend $i/\" corpus/$i.md > more/$i.md \
             2>/dev/null; done; \
             '{PROGRAM}' index more --index small/x --quiet 2>error; echo $? >status; \
             '{PROGRAM}' search 'we sell' --index small/x --format json >after && '{PROGRAM}' \
             check --index small/x >check"
        )
    };
    let run = |size: &str| {
        let mut command = fx.command("unshare");
        command.args(["--map-root-user", "--mount", "sh", "-c", &script(size)]);
        command.stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    // Finds a size that holds the first index but not the second.
    let (mut failed, mut ran) = (0, 0);
    for kilobytes in (200..900).step_by(50) {
        let _ = fs::remove_dir_all(fx.path("more"));
        if !run(&format!("{kilobytes}k")) {
            continue;
        }
        ran += 1;
        let read = |name: &str| fs::read_to_string(fx.path(name)).unwrap();
        assert!(read("check").starts_with("sound: "));
        if read("status") == "0\n" {
            continue;
        }
        failed += 1;
        assert_eq!(read("status"), "2\n");
        assert!(read("error").contains("No space left on device"), "{}", read("error"));
        assert_eq!(read("error").lines().count(), 1, "{}", read("error"));
        assert_eq!(read("after"), read("before"));
    }
    if ran == 0 {
        println!("not tested: this system lets nobody mount");
        return;
    }
    assert!(failed > 0, "no disk was full");
});
