//! Tests that texts are read in the encoding that they declare or have, in every form of corpus.

use encoding_rs::{Encoding, SHIFT_JIS, UTF_8, WINDOWS_1251, WINDOWS_1252};
use fineprint::corpus::CorpusNotice;

use crate::util::{Fixture, fptest, header};

fn encoded(text: &str, encoding: &'static Encoding) -> Vec<u8> {
    encoding.encode(text).0.into_owned()
}

fptest!(one_wrong_byte_changes_no_other, |fx: Fixture| {
    let german = "Wir verkaufen keine persönlichen Daten. caf";
    for declared in ["<meta charset=utf-8>", ""] {
        let page = format!("<html><head>{declared}</head><body><p>{german}");
        let page = [page.as_bytes(), b"\xe9</p></body></html>"].concat();
        fx.file("corpus/acme.example/2020-01-02.html", page);
        let run = fx.run(["index", "corpus", "--path", "{company}/{date}.html", "--rebuild=force"]);
        run.exits(0).stderr_has(&format!("{}: 1", CorpusNotice::NotUtf8.text()));
        fx.run(["search", "persönlichen Daten", "--count"]).exits(0).stdout_is("1\n");
    }
    let text = format!("{}\n\n{german}", header("acme.example", "2001-01-01"));
    fx.file("texts/a.md", [text.as_bytes(), b"\xe9\n"].concat());
    fx.run(["index", "texts", "--rebuild=force"]).exits(0);
    fx.run(["search", "persönlichen Daten", "--count"]).exits(0).stdout_is("1\n");
});

fptest!(encodings_are_declared_or_detected, |fx: Fixture| {
    let russian = "Мы не продаём ваши личные данные и никому их не передаём.";
    let japanese = "当社はお客様の個人情報を販売しません。第三者にも提供しません。";
    let french = "Nous gardons vos données privées, et nous ne les vendons à personne.";
    let xml =
        format!("<?xml version=\"1.0\" encoding=\"windows-1251\"?>\n<html><p>{russian}</p></html>");
    fx.file("corpus/xml/2020-01-02.xhtml", encoded(&xml, WINDOWS_1251));
    let utf_16: Vec<u8> =
        format!("<html><p>{russian}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    fx.file("corpus/wide/2020-01-02.xhtml", utf_16);
    for (name, text, encoding) in [
        ("ru", russian, WINDOWS_1251),
        ("ja", japanese, SHIFT_JIS),
        ("fr", french, WINDOWS_1252),
        ("utf", french, UTF_8),
    ] {
        fx.file(
            format!("corpus/{name}/2020-01-02.xhtml"),
            encoded(&format!("<p>{text}"), encoding),
        );
        fx.file(format!("corpus/{name}/2020-01-03.xhtml"), encoded(text, encoding));
    }
    let run = fx.run(["index", "corpus", "--path", "{company}/{date}.xhtml"]);
    run.exits(0).stderr_has(&format!("{}: 7", CorpusNotice::NotUtf8.text()));
    for (query, companies) in
        [("личные данные", "3\n"), ("個人情報", "1\n"), ("données privées", "2\n")]
    {
        fx.run(["search", query, "--count"]).exits(0).stdout_is(companies);
    }
});

fptest!(tables_are_read_in_their_encoding, |fx: Fixture| {
    let text = "Nous gardons vos données privées.";
    let rows = format!("company,date,text\nSociété,2020-01-02,\"{text}\"\n");
    let tabs = rows.replace(',', "\t");
    let json = serde_json::json!({"company": "Société", "date": "2020-01-02", "text": text});
    for (name, text) in [("a.csv", rows), ("a.tsv", tabs), ("a.jsonl", json.to_string())] {
        let bytes = encoded(&text, WINDOWS_1252);
        fx.file(name, bytes);
        let run = fx.run(["index", name, "--rebuild=force"]);
        run.exits(0).stderr_has(&format!("{}: 1", CorpusNotice::NotUtf8.text()));
        fx.run(["search", "données privées", "--company", "Société", "--count"])
            .exits(0)
            .stdout_is("1\n");
    }
});

fptest!(pages_in_fields_are_pages, |fx: Fixture| {
    let page = "<p>We never:</p><ul><li>sell it</li></ul><nav>Home</nav>";
    fx.file(
        "a.jsonl",
        format!(
            "{}\n{}\n",
            serde_json::json!({"company": "a.example", "date": "2020-01-02", "text": page}),
            serde_json::json!({"company": "b.example", "date": "2020-01-02", "html": page}),
        ),
    );
    fx.run(["index", "a.jsonl"]).exits(0);
    fx.run(["search", "sell it", "--kind", "item", "--count"]).exits(0).stdout_is("2\n");
});

fptest!(the_script_decides_the_language, |fx: Fixture| {
    let text = "本服务条款适用于 Windows、Mac、iPhone、iPad、Android、BlackBerry、Chrome、Safari、Firefox、\
                Internet Explorer 及其他设备上的应用程序。安装应用程序即表示您接受本条款。我们不会出售您的个人信息。";
    let line = serde_json::json!({"company": "a.example", "date": "2020-01-02", "text": text});
    fx.file("a.jsonl", line.to_string());
    fx.run(["index", "a.jsonl"]).exits(0);
    let hits = fx.run(["search", "个人信息", "--format", "jsonl"]).json_lines();
    assert_eq!(hits[0]["lang"], "zh");
});
