//! Tests the helpful parts: reasons for empty results, shell completions, manual pages.

use crate::util::{Fixture, sample};

#[test]
fn a_search_without_hits_prints_a_reason() {
    for (args, reason) in [
        (
            &["personel infomation"][..],
            "no clause has the word `personel`, but `personal`, `person`, `persons`; no clause has \
             the word `infomation`, but `information`",
        ),
        (&["xyzzyqq"], "no clause has the word `xyzzyqq`"),
        (&["priv8*"], "no word of the index begins with `priv8`"),
        (&["/qq+/"], "no word of the index fits /qq+/"),
        (
            &["sell information personal"],
            "each word is there, but not like this; 2 clauses match with all of them: --match all",
        ),
        (
            &["sell or rent", "--since", "2030"],
            "--since leaves none; 13 clauses match without filters",
        ),
        (
            &["sell", "--company", "linden-bank.example", "--lang", "fr"],
            "--lang leaves none; 18 clauses match without filters",
        ),
        (
            &["sell", "--company", "linden-bank.example", "--kind", "row", "--since", "2026"],
            "--kind and --since together leave none; 18 clauses match without filters",
        ),
        // Each of the two leaves some.
        (
            &["sell", "--company", "linden-bank.example", "--until", "2003"],
            "--company and --until together leave none; 18 clauses match without filters",
        ),
        (
            &["moths AND kite", "--scope", "snapshot"],
            "each word is there, but no snapshot has them like this",
        ),
    ] {
        let run = sample(["search"].iter().chain(args));
        run.exits(1).stdout_is("").stderr_is(&format!("no hits: {reason}\n"));
        sample(["search", "--quiet"].iter().chain(args)).exits(1).stderr_is_empty();
        let json = sample(["search", "--format", "json"].iter().chain(args));
        let warning: serde_json::Value = serde_json::from_str(json.exits(1).stderr()).unwrap();
        assert_eq!(warning["warning"]["message"], format!("no hits: {reason}"));
        assert_eq!(json.json()["totals"]["clauses"], 0);
    }
}

#[test]
fn shells_complete_commands_and_flags() {
    let fixture = Fixture::new();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let run = fixture.run(["completions", shell]);
        run.exits(0).stderr_is_empty();
        for word in ["search", "check", "kwic-sort", "as-of"] {
            run.stdout_has(word);
        }
    }
    fixture.run(["completions", "tcsh"]).exits(2).stderr_has("bash");
    // bash completes the flags of `search` with this prefix.
    fixture.file("f.bash", fixture.run(["completions", "bash"]).stdout());
    let script = "source f.bash; COMP_WORDS=(fineprint search --kwic); COMP_CWORD=2; \
                  _fineprint fineprint --kwic search; echo ${COMPREPLY[@]}";
    let bash = fixture.command("bash").args(["-c", script]).output();
    if let Ok(output) = bash {
        assert_eq!(String::from_utf8_lossy(&output.stdout), "--kwic-sort\n");
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let fixture = Fixture::new();
    fixture.run(["man", "--dir", "man"]).exits(0).stdout_is("");
    for command in ["", "-index", "-search", "-show", "-info", "-check", "-completions", "-man"] {
        let page =
            std::fs::read_to_string(fixture.path(format!("man/fineprint{command}.1"))).unwrap();
        assert!(page.contains(&format!(".TH fineprint{command} 1")), "{command}");
        assert!(page.contains("Example"), "{command}");
    }
    fixture.run(["man", "search"]).stdout_has("kwic\\-sort").stdout_has("sell or rent");
    fixture.run(["man"]).stdout_has(".TH fineprint 1");
    fixture
        .run(["man", "nonsense"])
        .exits(2)
        .stderr_has("error: no command `nonsense`; commands: index, search, ");
}
