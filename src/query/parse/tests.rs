//! Tests of the parser: trees, mistakes and their places, limits, and any text whatever.

use proptest::prelude::*;

use super::*;
use crate::query::{Phrase, PhraseWord, Query};

fn parse(query: &str) -> Result<QueryNode, QueryError> {
    super::parse(query, Matching::Phrase, Capitals::AreWords).map(|parsed| parsed.tree)
}

fn refused(query: &str) -> QueryError {
    parse(query).expect_err(query)
}

/// The kind of the mistake, if there is one.
fn refusal(query: &str) -> Option<QueryErrorKind> {
    parse(query).err().map(|error| error.kind())
}

#[test]
fn queries_and_their_trees() {
    #[rustfmt::skip]
    let table = [
        // Words and quotes.
        ("sell", r#""sell""#),
        ("sell or rent", r#""sell or rent""#),
        (r#""sell or rent""#, r#""sell or rent""#),
        ("  sell \t or\nrent ", r#""sell or rent""#),
        ("sell\u{a0}or\u{3000}rent", r#""sell or rent""#),
        ("sell\0or\u{1b}rent\u{7f}", r#""sell or rent""#),
        ("\"sell\0or  rent \"", r#""sell or rent""#),
        ("\u{feff}sell", "\"\u{feff}sell\""),
        ("Sell OR_ rent", r#""Sell OR_ rent""#),
        ("And Or Not", r#""And Or Not""#),
        ("and or not", r#""and or not""#),
        ("don't third-party", r#""don't third-party""#),
        ("sell - rent", r#""sell - rent""#),
        ("a.b, c; d!", r#""a.b, c; d!""#),
        ("個人情報 販売", r#""個人情報 販売""#),
        ("¾ cup", r#""¾ cup""#),
        (r#""a AND (b OR c) NOT d""#, r#""a AND (b OR c) NOT d""#),
        (r#""NEAR/5 a~3""#, r#""NEAR/5 a~3""#),
        ("“sell or rent”", r#""sell or rent""#),
        ("„verkaufen oder vermieten“", r#""verkaufen oder vermieten""#),
        ("‟sell” ”rent”", r#""sell" AND "rent""#),
        ("“say \"hello\" now”", "“say \"hello\" now”"),
        ("\"say “hello” now\"", "\"say “hello” now\""),
        // Side by side.
        (r#"cookies "third parties""#, r#""cookies" AND "third parties""#),
        (r#""third parties" cookies of ours"#, r#""third parties" AND "cookies of ours""#),
        (r#""a""b"“c”"#, r#""a" AND "b" AND "c""#),
        (r#"sell"rent"lease"#, r#""sell" AND "rent" AND "lease""#),
        ("sell (rent)", r#""sell" AND "rent""#),
        ("(sell) (rent)", r#""sell" AND "rent""#),
        ("(sell)(rent)", r#""sell" AND "rent""#),
        ("sell(s) data", r#""sell(s) data""#),
        ("Art. 6(1)(f) GDPR", r#""Art. 6(1)(f) GDPR""#),
        ("(sub)contractors", r#""sub)contractors""#),
        ("a(b (c)) d", r#""a(b (c)) d""#),
        ("6 (1) (f)", r#""6" AND "1" AND "f""#),
        ("data(sell OR rent)", r#""data" AND ("sell" OR "rent")"#),
        ("sell(/x.*/)", r#""sell" AND "/x.*/""#),
        (r#"sell("a b")"#, r#""sell" AND "a b""#),
        // Phrases in capitals.
        ("DO NOT SELL MY DATA", r#""DO NOT SELL MY DATA""#),
        ("ARTICLE 6(1) AND OR ELSE", r#""ARTICLE 6(1) AND OR ELSE""#),
        ("SELL OR 隱私", r#""SELL" OR "隱私""#),
        ("GDPR OR c", r#""GDPR" OR "c""#),
        (r#""GDPR" AND "CCPA""#, r#""GDPR" AND "CCPA""#),
        ("SELL* AND RENT", r#""SELL*" AND "RENT""#),
        ("a b (c OR d e) f", r#""a b" AND ("c" OR "d e") AND "f""#),
        // Operators, the tightest first.
        ("a AND b", r#""a" AND "b""#),
        ("a OR b", r#""a" OR "b""#),
        ("a NOT b", r#""a" AND NOT "b""#),
        ("a AND NOT b", r#""a" AND NOT "b""#),
        ("NOT b AND a", r#"NOT "b" AND "a""#),
        ("a b AND c d", r#""a b" AND "c d""#),
        ("a OR b AND c", r#""a" OR "b" AND "c""#),
        ("a AND b OR c", r#""a" AND "b" OR "c""#),
        (r#"a OR b "c""#, r#""a" OR "b" AND "c""#),
        ("a OR b NOT c", r#""a" OR "b" AND NOT "c""#),
        ("a NOT b OR c NOT d", r#""a" AND NOT "b" OR "c" AND NOT "d""#),
        ("a NOT b NOT c", r#""a" AND NOT "b" AND NOT "c""#),
        ("a NOT b c", r#""a" AND NOT "b c""#),
        (r#"a NOT b "c""#, r#""a" AND NOT "b" AND "c""#),
        ("(a OR b) AND c", r#"("a" OR "b") AND "c""#),
        ("(a OR b)AND(c OR d)", r#"("a" OR "b") AND ("c" OR "d")"#),
        ("a NOT (b OR c)", r#""a" AND NOT ("b" OR "c")"#),
        ("a NOT (b AND c)", r#""a" AND NOT ("b" AND "c")"#),
        ("a NOT (b NOT c)", r#""a" AND NOT ("b" AND NOT "c")"#),
        // Groups that change nothing disappear.
        ("((a))", r#""a""#),
        ("(((sell or rent)))", r#""sell or rent""#),
        ("a AND (b AND c)", r#""a" AND "b" AND "c""#),
        ("(a OR b) OR (c OR d)", r#""a" OR "b" OR "c" OR "d""#),
        ("a (b (c (d)))", r#""a" AND "b" AND "c" AND "d""#),
        ("(a AND b) OR c", r#""a" AND "b" OR "c""#),
        ("b (NOT a)", r#""b" AND NOT "a""#),
        ("b (NOT a NOT c)", r#""b" AND NOT "a" AND NOT "c""#),
        ("(NOT a) b", r#"NOT "a" AND "b""#),
        ("a OR (b NOT c)", r#""a" OR "b" AND NOT "c""#),
        ("NOT NOT a", r#""a""#),
        ("NOT (NOT a)", r#""a""#),
        ("a NOT NOT b", r#""a" AND "b""#),
        ("a NOT NOT NOT b", r#""a" AND NOT "b""#),
        ("a NOT (NOT (b c))", r#""a" AND "b c""#),
        ("a NOT (NOT (b AND c))", r#""a" AND "b" AND "c""#),
        ("a OR NOT NOT b", r#""a" OR "b""#),
        // Fields.
        ("company:ssh.com", r#"company:"ssh.com""#),
        ("COMPANY:ssh.com Type:x", r#"company:"ssh.com" AND type:"x""#),
        ("type:privacy*", r#"type:"privacy*""#),
        (r#"type:"Privacy Pol*""#, r#"type:"Privacy Pol*""#),
        ("type:(privacy* OR terms?of[sS])", r#"type:("privacy*" OR "terms?of[sS]")"#),
        ("company:*", r#"company:"*""#),
        ("company:foo~3", r#"company:"foo~3""#),
        (r#"section:"children""#, r#"section:"children""#),
        ("section:“children”", r#"section:"children""#),
        ("section:children privacy", r#"section:"children" AND "privacy""#),
        ("sell company:ssh.com rent", r#""sell" AND company:"ssh.com" AND "rent""#),
        ("link:networkadvertising.org/choices", r#"link:"networkadvertising.org/choices""#),
        ("link:https://x.org/a/?b=c", r#"link:"https://x.org/a/?b=c""#),
        ("link:/privacy/", r#"link:"/privacy/""#),
        ("link:x.org/~3", r#"link:"x.org/~3""#),
        ("section:(children OR minors)", r#"section:("children" OR "minors")"#),
        ("section:(children's data NOT minors)", r#"section:("children's data" AND NOT "minors")"#),
        ("section:(children)", r#"section:"children""#),
        ("section:(a)(b)", r#"section:"a" AND "b""#),
        ("section:AND", r#"section:"AND""#),
        ("section:10:30", r#"section:"10:30""#),
        ("section::x", r#"section:":x""#),
        (r#"company:ssh"x""#, r#"company:"ssh" AND "x""#),
        ("NOT section:a b", r#"NOT section:"a" AND "b""#),
        ("a NOT company:(b OR c)", r#""a" AND NOT company:("b" OR "c")"#),
        ("company:a OR company:b c", r#"company:"a" OR company:"b" AND "c""#),
        // Distances.
        (r#""sell data"~3"#, r#""sell data"~3"#),
        (r#""sell data"~0"#, r#""sell data""#),
        (r#""sell data"~3 x"#, r#""sell data"~3 AND "x""#),
        ("“sell data”~12", r#""sell data"~12"#),
        (r#"section:"sell data"~3"#, r#"section:"sell data"~3"#),
        ("a NEAR/5 b", r#""a" NEAR/5 "b""#),
        ("a b NEAR/0 c d", r#""a b" NEAR/0 "c d""#),
        ("a NEAR/5 b NEAR/2 c", r#""a" NEAR/5 "b" NEAR/2 "c""#),
        ("a NEAR/5 (b NEAR/2 c)", r#""a" NEAR/5 ("b" NEAR/2 "c")"#),
        ("(a OR b) NEAR/5 c", r#"("a" OR "b") NEAR/5 "c""#),
        ("a WITHIN/3 b", r#""a" WITHIN/3 "b""#),
        ("sell NOT WITHIN/3 (not OR never)", r#""sell" NOT WITHIN/3 ("not" OR "never")"#),
        ("a NOT b NEAR/5 c", r#""a" AND NOT "b" NEAR/5 "c""#),
        ("a NEAR/5 b OR c", r#""a" NEAR/5 "b" OR "c""#),
        (r#"a NEAR/5 b "c""#, r#""a" NEAR/5 "b" AND "c""#),
        ("section:(a NEAR/3 b)", r#"section:("a" NEAR/3 "b")"#),
        // Stars and regular expressions.
        ("third part*", r#""third part*""#),
        (r#""third-part*""#, r#""third-part*""#),
        (r#""we may * your""#, r#""we may * your""#),
        (r#""* sell *"~2"#, r#""* sell *"~2"#),
        ("section:child*", r#"section:"child*""#),
        ("/opt(s|ed|ing)?/", r#""/opt(s|ed|ing)?/""#),
        ("(we /(a|b)/)", r#""we /(a|b)/""#),
        ("section:/a(b)/", r#"section:"/a(b)/""#),
        (r#""we /opt(s)?/ out""#, r#""we /opt(s)?/ out""#),
        // Colons, slashes and tildes that are only punctuation.
        ("10:30", r#""10:30""#),
        ("at 10:30 AND x", r#""at 10:30" AND "x""#),
        (":x", r#"":x""#),
        ("-:x", r#""-:x""#),
        ("título:x", r#""título:x""#),
        ("a.b:c", r#""a.b:c""#),
        (r#""note: company:x""#, r#""note: company:x""#),
        ("and/or", r#""and/or""#),
        ("/etc/passwd", r#""/etc/passwd""#),
        ("/us(er)/them", r#""/us(er)/them""#),
        ("~30 days a~3b", r#""~30 days a~3b""#),
        (r#""a b" ~3"#, r#""a b" AND "~3""#),
        ("x/5 nearest/5", r#""x/5 nearest/5""#),
        ("who? [us]", r#""who? [us]""#),
    ];
    for (query, tree) in table {
        let parsed = parse(query).map(|tree| tree.to_string());
        assert_eq!(parsed.as_deref(), Ok(tree), "{query:?}");
        assert_eq!(parse(tree), parse(query), "{query:?}");
    }
}

#[test]
fn mistakes_and_their_places() {
    #[rustfmt::skip]
    let table = [
        ("", QueryErrorKind::Empty, "empty query", ""),
        (" \t\n", QueryErrorKind::Empty, "empty query", ""),
        ("\0", QueryErrorKind::Empty, "empty query", ""),
        (r#""""#, QueryErrorKind::NoWord, "nothing between the quotes", r#""""#),
        ("a “ ”", QueryErrorKind::NoWord, "nothing between the quotes", "“ ”"),
        (r#""...""#, QueryErrorKind::NoWord, "no word to search for in `...`", r#""...""#),
        ("!!! ???", QueryErrorKind::NoWord, "no word to search for in `!!! ???`", "!!! ???"),
        (r#""a" - "b""#, QueryErrorKind::NoWord, "no word to search for in `-`", "-"),
        ("company:...", QueryErrorKind::NoWord, "no word to search for in `...`", "..."),
        ("section:(?)", QueryErrorKind::NoWord, "no word to search for in `?`", "?"),
        ("\u{200b}", QueryErrorKind::NoWord, "no word to search for in `\u{fffd}`", "\u{200b}"),
        ("*", QueryErrorKind::LoneStar,
         "`*` alone matches every clause: give a word to search for", "*"),
        (" (\"*\") ", QueryErrorKind::LoneStar, "alone matches every clause", "(\"*\")"),
        // Quotes and parentheses.
        (r#"sell "or rent"#, QueryErrorKind::UnclosedQuote, "unclosed quote", "\""),
        ("sell “or rent\"", QueryErrorKind::UnclosedQuote, "unclosed quote", "“"),
        ("(a", QueryErrorKind::UnclosedGroup, "unclosed parenthesis", "("),
        ("a AND (", QueryErrorKind::UnclosedGroup, "unclosed parenthesis", "("),
        ("x ((a)", QueryErrorKind::UnclosedGroup, "unclosed parenthesis", "("),
        ("a)", QueryErrorKind::UnopenedGroup, "unopened parenthesis", ")"),
        (")", QueryErrorKind::UnopenedGroup, "unopened parenthesis", ")"),
        ("()", QueryErrorKind::EmptyGroup, "empty group", "()"),
        ("a ( \t)", QueryErrorKind::EmptyGroup, "empty group", "( \t)"),
        ("section:()", QueryErrorKind::EmptyGroup, "empty group", "()"),
        // Operators.
        ("AND a", QueryErrorKind::MissingOperand,
         "expected a word, a quoted phrase or a group before `AND`", "AND"),
        ("a OR", QueryErrorKind::MissingOperand,
         "expected a word, a quoted phrase or a group after `OR`", "OR"),
        ("a AND OR b", QueryErrorKind::MissingOperand, "or a group after `AND`", "AND"),
        ("a AND AND b", QueryErrorKind::MissingOperand, "or a group after `AND`", "AND"),
        ("a NOT", QueryErrorKind::MissingOperand, "or a group after `NOT`", "NOT"),
        ("NOT", QueryErrorKind::MissingOperand, "or a group after `NOT`", "NOT"),
        ("OR", QueryErrorKind::MissingOperand, "or a group before `OR`", "OR"),
        ("a NOT OR b", QueryErrorKind::MissingOperand, "or a group after `NOT`", "NOT"),
        ("(a AND) b", QueryErrorKind::MissingOperand, "or a group after `AND`", "AND"),
        ("a (OR b)", QueryErrorKind::MissingOperand, "or a group before `OR`", "OR"),
        ("NOT a", QueryErrorKind::LoneNot, "NOT has nothing positive beside it", "NOT a"),
        ("NOT NOT NOT a", QueryErrorKind::LoneNot, "nothing positive", "NOT NOT NOT a"),
        ("NOT a AND NOT b", QueryErrorKind::LoneNot, "nothing positive", "NOT a"),
        ("a OR NOT b", QueryErrorKind::LoneNot, "nothing positive", "NOT b"),
        ("(NOT a) OR b", QueryErrorKind::LoneNot, "nothing positive", "(NOT a)"),
        ("c (a OR NOT b)", QueryErrorKind::LoneNot, "nothing positive", "NOT b"),
        ("c NOT (NOT a NOT b)", QueryErrorKind::LoneNot, "nothing positive", "NOT a"),
        ("a section:(NOT b)", QueryErrorKind::LoneNot, "nothing positive", "(NOT b)"),
        // Fields.
        (r#""third parties" AND typ:privacy"#, QueryErrorKind::UnknownField,
         "unknown field `typ`", "typ"),
        ("note: we sell", QueryErrorKind::UnknownField, "unknown field `note`", "note"),
        ("foo:\"bar\"", QueryErrorKind::UnknownField, "unknown field `foo`", "foo"),
        ("-company:x", QueryErrorKind::UnknownField, "unknown field `-company`", "-company"),
        ("AND:x", QueryErrorKind::UnknownField, "unknown field `AND`", "AND"),
        ("see http://x.org", QueryErrorKind::UnknownField, "unknown field `http`", "http"),
        ("section:(note:x)", QueryErrorKind::UnknownField, "unknown field `note`", "note"),
        ("section: children", QueryErrorKind::MissingValue,
         "expected a word, a quoted phrase or a group after `section:`", "section:"),
        ("a Section:", QueryErrorKind::MissingValue, "or a group after `Section:`", "Section:"),
        ("(a link:)", QueryErrorKind::MissingValue, "or a group after `link:`", "link:"),
        ("section:(a OR company:b)", QueryErrorKind::NestedField,
         "the field `company:` inside the group of `section:`", "company:"),
        // Distances, stars and regular expressions.
        (r#""sell data"~"#, QueryErrorKind::BadDistance,
         "expected a number after `~`, not ``", "~"),
        (r#""sell data"~x3"#, QueryErrorKind::BadDistance,
         "expected a number after `~`, not `x3`", "~x3"),
        (r#""sell data"~99999999999"#, QueryErrorKind::BadDistance,
         "the distance `99999999999` is more than 1000 words", "99999999999"),
        ("a NEAR/1001 b", QueryErrorKind::BadDistance,
         "the distance `1001` is more than 1000 words", "1001"),
        ("(a b)~3", QueryErrorKind::BadDistance, "the distance `~3` behind a group", "~3"),
        ("sell data~3", QueryErrorKind::BadDistance,
         "the distance in `data~3` behind a bare word", "data~3"),
        ("a NEAR/5", QueryErrorKind::MissingOperand, "or a group after `NEAR/5`", "NEAR/5"),
        ("NEAR/5 a", QueryErrorKind::MissingOperand, "or a group before `NEAR/5`", "NEAR/5"),
        ("a NOT WITHIN/3", QueryErrorKind::MissingOperand,
         "or a group after `NOT WITHIN/3`", "NOT WITHIN/3"),
        ("a NEAR/5 (b AND c)", QueryErrorKind::BadOperand,
         "AND has no distance from anything, as `NEAR/5` needs it", "(b AND c)"),
        ("(a NOT b) NEAR/5 c", QueryErrorKind::BadOperand, "AND has no distance", "(a NOT b)"),
        ("a NEAR/5 section:b", QueryErrorKind::BadOperand, "a field has no distance", "section:b"),
        ("a NEAR/5 (b OR (c d \"e\"))", QueryErrorKind::BadOperand,
         "AND has no distance", "(c d \"e\")"),
        ("* AND a", QueryErrorKind::NoWord,
         "`*` stands for any word: give another word beside it", "*"),
        ("p*y", QueryErrorKind::BadWildcard, "the `*` in `p*y`", "p*y"),
        ("*party", QueryErrorKind::BadWildcard, "the `*` in `*party`", "*party"),
        ("third part-*", QueryErrorKind::BadWildcard, "the `*` in `part-*`", "part-*"),
        ("we ** it", QueryErrorKind::BadWildcard, "the `*` in `**`", "**"),
        ("link:(x.org/*)", QueryErrorKind::BadWildcard, "the `*` in `x.org/*`", "x.org/*"),
        ("we /opt(s/ out", QueryErrorKind::BadRegex,
         "`/opt(s/` is no regular expression: unclosed group", "/opt(s/"),
        ("company:(a NEAR/3 b)", QueryErrorKind::BadOperand,
         "a name has no distance from anything", "NEAR/3"),
        (r#"company:"a b"~3"#, QueryErrorKind::BadDistance, "the distance of a name", "~3"),
        (r#""we /opt(s/ out""#, QueryErrorKind::BadRegex,
         "`/opt(s/` is no regular expression: unclosed group", "/opt(s/"),
        ("/[b-a]/", QueryErrorKind::BadRegex,
         "`/[b-a]/` is no regular expression: invalid character class range", "/[b-a]/"),
        (r"/a{1000}{1000}/", QueryErrorKind::BadRegex, "needs too much memory", r"/a{1000}{1000}/"),
    ];
    for (query, kind, message, place) in table {
        let error = parse(query).expect_err(query);
        assert_eq!(error.kind(), kind, "{query:?}: {error}");
        assert!(error.message().contains(message), "{query:?}: {error}");
        assert_eq!(QueryText(query).slice(error.span()), place, "{query:?}: {error}");
    }
}

#[test]
fn the_caret_is_at_the_place_that_counts() {
    for (query, start) in
        [(r#""a" "b"#, 4), ("((a)", 0), ("(a))", 3), ("a AND b AND OR c", 8), ("a*b c a*b", 0)]
    {
        assert_eq!(refused(query).span().start, start, "{query}");
    }
}

#[test]
fn an_error_as_a_person_sees_it() {
    for (query, shown) in [
        (
            "\"third parties\" AND typ:privacy",
            "unknown field `typ`\n  \
             \"third parties\" AND typ:privacy\n                      \
             ^^^  did you mean `type`? fields: company, type, section, link",
        ),
        (
            "https://x.org",
            "unknown field `https`\n  \
             https://x.org\n  \
             ^^^^^  put the address in quotes, or search link targets with `link:`",
        ),
        (
            "note: x",
            "unknown field `note`\n  \
             note: x\n  \
             ^^^^  fields: company, type, section, link; \
             to search for the words, put them in quotes",
        ),
        (
            "sell OR",
            "expected a word, a quoted phrase or a group after `OR`\n  \
             sell OR\n       \
             ^^  the word is `or`, in lower case",
        ),
        (" ", "empty query\n  give a word, a quoted phrase or a group"),
    ] {
        assert_eq!(refused(query).to_string(), shown);
    }
    assert!(refused("mailto:a@b.c").to_string().contains("put the address in quotes"));
}

#[test]
fn spans_hold_quotes_parentheses_and_fields() {
    let query = r#"sell or rent "x y" (a OR b) section:(c)"#;
    let NodeKind::And(operands) = parse(query).expect(query).kind else { unreachable!() };
    let places: Vec<&str> =
        operands.iter().map(|operand| QueryText(query).slice(operand.span)).collect();
    assert_eq!(places, ["sell or rent", r#""x y""#, "(a OR b)", "section:(c)"]);
}

fn nested(depth: usize) -> String {
    format!("{}a{}", "(".repeat(depth), ")".repeat(depth))
}

#[test]
fn limits_hold() {
    assert_eq!(refusal(&nested(MAX_DEPTH)), None);
    assert_eq!(refusal(&nested(MAX_DEPTH + 1)), Some(QueryErrorKind::TooDeep));
    assert_eq!(refusal(&"a".repeat(MAX_QUERY_BYTES)), None);
    assert_eq!(refusal(&"é".repeat(MAX_QUERY_BYTES)), Some(QueryErrorKind::TooLong));
}

#[test]
fn endless_queries_end() {
    assert_eq!(refusal(&"(".repeat(10_000)), Some(QueryErrorKind::TooDeep));
    assert_eq!(refusal(&")".repeat(10_000)), Some(QueryErrorKind::UnopenedGroup));
    assert_eq!(refusal(&"NOT ".repeat(100_000)), Some(QueryErrorKind::TooLong));
    assert_eq!(refusal(&("NOT ".repeat(16_000) + "a")), None);
    assert_eq!(refusal(&"a NOT ".repeat(10_000)), Some(QueryErrorKind::MissingOperand));
    assert_eq!(refusal(&"(a) NOT (b)".repeat(5_000)), None);
    assert_eq!(refusal(&("a OR ".repeat(13_000) + "a")), None);
    assert_eq!(refusal(&"section:(a)".repeat(5_000)), None);
    assert_eq!(refusal(&"/(".repeat(32_000)), Some(QueryErrorKind::NoWord));
    assert_eq!(refusal(&"/)".repeat(32_000)), Some(QueryErrorKind::BadRegex));
    assert_eq!(refusal(&("a NEAR/5 ".repeat(7_000) + "a")), Some(QueryErrorKind::TooDeep));
    assert_eq!(refusal(&("* ".repeat(30_000) + "a")), None);
    assert_eq!(refusal(&"a ".repeat(32_000)), None);
}

fn node(kind: NodeKind) -> QueryNode {
    QueryNode::new(QuerySpan::default(), kind)
}

/// A phrase of plain words.
fn plain() -> impl Strategy<Value = QueryNode> {
    words().prop_map(|words| node(NodeKind::Phrase(Phrase::plain(words.join(" ")))))
}

fn words() -> impl Strategy<Value = Vec<String>> + Clone {
    let word = prop_oneof![
        "[a-zé隱0-9][a-z:('.-]{0,6}",
        Just("AND".to_owned()),
        Just("NOT".to_owned()),
        Just("company:x".to_owned()),
        Just("NEAR/5".to_owned()),
        Just("“x”".to_owned()),
    ];
    let quoting = Just(vec!["say".to_owned(), "\"hello\"".to_owned()]);
    prop_oneof![9 => prop::collection::vec(word, 1..4), 1 => quoting]
}

/// A phrase of words of every sort, in a quote with or without a gap.
fn text() -> impl Strategy<Value = QueryNode> {
    let plain = words().prop_map(|words| Phrase::plain(words.join(" ")));
    let other = prop_oneof![
        Just(PhraseWord::Any),
        Just(PhraseWord::Prefix("third-part".to_owned())),
        Just(PhraseWord::Regex("opt(s|ed)?".to_owned())),
    ];
    let mixed = (plain.clone(), prop::collection::vec(other, 0..3), 0..4_u32).prop_map(
        |(plain, others, gap)| {
            let words = plain.words.into_iter().chain(others).collect();
            Phrase { words, gap }
        },
    );
    prop_oneof![3 => plain, 1 => mixed].prop_map(|phrase| node(NodeKind::Phrase(phrase)))
}

/// An operand that a distance may join.
fn near() -> impl Strategy<Value = QueryNode> {
    text().prop_recursive(3, 8, 2, |inner| {
        let pair = (inner.clone(), inner, 0..9_u32, 0..4_u8);
        pair.prop_map(|(left, right, distance, how)| {
            let (left, right) = (Box::new(left), Box::new(right));
            match how {
                0 => join(vec![*left, *right], NodeKind::Or),
                1 => node(NodeKind::Near { distance, left, right }),
                _ => {
                    let is_negated = how == 2;
                    node(NodeKind::Within { distance, is_negated, found: left, beside: right })
                }
            }
        })
    })
}

/// AND, OR and NOT over `leaf`, in the shapes that [`NodeKind`] promises.
fn combined(leaf: impl Strategy<Value = QueryNode> + 'static) -> impl Strategy<Value = QueryNode> {
    leaf.prop_recursive(4, 24, 3, |inner| {
        let more = prop::collection::vec((any::<bool>(), inner.clone()), 1..3);
        let and = (inner.clone(), more, any::<bool>()).prop_map(|(first, more, is_last)| {
            let more = more.into_iter().map(|(is_negated, operand)| {
                if is_negated { node(NodeKind::Not(Box::new(operand))) } else { operand }
            });
            let mut operands = vec![first];
            operands.extend(more);
            if is_last {
                operands.reverse();
            }
            join(operands, NodeKind::And)
        });
        let or =
            prop::collection::vec(inner, 2..4).prop_map(|operands| join(operands, NodeKind::Or));
        prop_oneof![and, or]
    })
}

fn tree() -> impl Strategy<Value = QueryNode> {
    let name_fields = prop::sample::select(vec![QueryField::Company, QueryField::Type]);
    let names = (name_fields, combined(plain()));
    // A link contains slashes, so it has no regular expressions.
    let texts = prop_oneof![
        (Just(QueryField::Section), combined(near())),
        (Just(QueryField::Link), combined(plain()))
    ];
    let field = prop_oneof![names, texts]
        .prop_map(|(field, operand)| node(NodeKind::Field { field, operand: Box::new(operand) }));
    combined(prop_oneof![3 => near(), 1 => field])
}

/// Pieces of the language in any order, with anything between them.
fn noise() -> impl Strategy<Value = String> {
    let pieces = [
        "AND", "OR", "NOT", "(", ")", "\"", "“", "”", "„", "company:", "section:", "typ:",
        "http://", "*", "~3", "NEAR/5", "WITHIN/3", "/a/", "/", "a", "sell", "10:30", "隱私",
        "e\u{301}", " ", " ", " ", "\0", "\t",
    ];
    let known = prop::sample::select(pieces.to_vec()).prop_map(str::to_owned);
    let piece = prop_oneof![4 => known, 1 => any::<String>()];
    prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

#[test]
fn a_set_has_no_parentheses() {
    let query = Query::parse("x(a) \"b\" c) d", Matching::All).unwrap();
    assert_eq!(query.tree().to_string(), "x a AND \"b\" AND c d");
}

proptest! {
    #[test]
    fn printed_trees_parse_to_themselves(tree in tree()) {
        let printed = tree.to_string();
        prop_assert_eq!(parse(&printed), Ok(tree), "{}", printed);
    }

    #[test]
    fn any_text_parses_or_points_at_its_mistake(query in noise()) {
        match parse(&query) {
            Ok(tree) => {
                prop_assert!(query.get(tree.span.start..tree.span.end).is_some());
                prop_assert_eq!(parse(&tree.to_string()), Ok(tree));
            }
            Err(error) => {
                prop_assert!(query.get(error.span().start..error.span().end).is_some());
                prop_assert!(!error.message().contains(char::is_control));
                prop_assert!(error.to_string().lines().count() <= 3);
            }
        }
    }
}
