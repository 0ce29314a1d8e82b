//! Spellings of words in many languages: which are one word for a search, and which are not.

use crate::util::{Fixture, fptest};

/// Writes one snapshot per text, of companies `a.example`, `b.example` and so on, and indexes them.
fn index(fx: &Fixture, texts: &[&str]) {
    let lines = texts.iter().zip('a'..='z').map(|(text, name)| {
        let company = format!("{name}.example");
        serde_json::json!({"company": company, "date": "2020-01-02", "text": text}).to_string()
    });
    fx.file("a.jsonl", lines.collect::<Vec<_>>().join("\n"));
    fx.run(["index", "a.jsonl"]).exits(0);
}

/// Checks in how many clauses each phrase occurs.
#[track_caller]
fn counts(texts: &[&str], expected: &[(&str, u32)]) {
    let fx = Fixture::new();
    index(&fx, texts);
    for &(query, count) in expected {
        let run = fx.run(["search", "--count", "--", query]);
        run.exits(i32::from(count == 0)).stdout_is(&format!("{count}\n"));
    }
}

#[test]
fn vowel_signs_make_other_words() {
    counts(&["यह एक दल है", "हम दिल से काम करते हैं"], &[("दिल", 1), ("दल", 1), ("है", 1)]);
    counts(&["আমরা বিক্রি করি না"], &[("বকর", 0), ("বিক্রি", 1)]);
    counts(&["எங்கள் தமிழ் தளம்"], &[("தமழ", 0), ("தமிழ்", 1)]);
    counts(&["మేము డేటా అమ్మము"], &[("మమ", 0), ("డేటా", 1)]);
    counts(&["ನಾವು ಡೇಟಾ ಮಾರುವುದಿಲ್ಲ"], &[("ನವ", 0), ("ಡೇಟಾ", 1)]);
    counts(&["ਅਸੀਂ ਡਾਟਾ ਨਹੀਂ ਵੇਚਦੇ"], &[("ਡਟ", 0), ("ਡਾਟਾ", 1)]);
    counts(&["અમે ડેટા વેચતા નથી"], &[("ડટ", 0), ("ડેટા", 1)]);
    counts(
        &["ഞങ്ങൾ വിൽക്കുന്നില്ല", "අපි දත්ත විකුණන්නේ නැත"],
        &[("വൽകകനനലല", 0), ("ഞങ്ങള്\u{200D}", 1), ("දතත", 0), ("දත්ත", 1)],
    );
}

#[test]
fn cyrillic_accents_are_no_letters_and_short_i_is_one() {
    counts(
        &["Ещё мой дом", "Мои данные"],
        &[("еще", 1), ("мой", 1), ("мои", 1), ("МОИ\u{306} ДОМ", 1)],
    );
    counts(&["Її дані"], &[("її", 1), ("ЇЇ ДАНІ", 1)]);
}

#[test]
fn case_is_folded_where_one_letter_becomes_two() {
    counts(
        &[
            "# MASSNAHMEN\n\nWir treffen Maßnahmen ausschließlich hier.",
            "AUSSCHLIESSLICH UND GEMÄSS § 5",
        ],
        &[("Maßnahmen", 2), ("ausschließlich", 2), ("gemäß", 1), ("MAẞNAHMEN", 2)],
    );
    counts(
        &["# KİŞİSEL VERİLERİN KORUNMASI HAKKINDA\n\nMetin burada.", "Işık ve ılık su"],
        &[
            ("kişisel verilerin korunması hakkında", 1),
            ("kisisel verilerin korunmasi", 1),
            ("IŞIK VE ILIK SU", 1),
        ],
    );
    counts(&["ΤΑ ΔΕΔΟΜΕΝΑ ΣΑΣ"], &[("τα δεδομένα σας", 1), ("σασ", 1)]);
}

#[test]
fn letters_without_a_decomposition_are_folded() {
    counts(
        &[
            "La mise en œuvre du traitement.",
            "Vi sælger ikke.",
            "Łączymy dane.",
            "Søg på siden.",
            "Dữ liệu được bảo vệ tại Đà Nẵng.",
            "La coŀlecció de dades.",
            "Der Fluß ﬂießt durch die ＷＥＬＴ.",
        ],
        &[
            ("mise en oeuvre", 1),
            ("MISE EN ŒUVRE", 1),
            ("saelger", 1),
            ("laczymy", 1),
            ("sog pa siden", 1),
            ("du lieu duoc bao ve tai da nang", 1),
            ("collecció", 1),
            ("fluss fliesst durch die welt", 1),
        ],
    );
}

#[test]
fn signs_that_nobody_reads_do_not_part_words() {
    counts(
        &[
            "We don\u{2BC}t sell users\u{2BC} data.",
            "لا نبيع بي\u{640}انات المستخدم",
            "pri\u{AD}vate\u{200E} infor\u{FE0F}mation",
        ],
        &[
            ("we don't sell users' data", 1),
            ("we don t sell users data", 1),
            ("بيانات المستخدم", 1),
            ("private information", 1),
        ],
    );
    counts(&["نحن نَحمِي بَيَانَاتِكَ", "שָׁלוֹם לכם"], &[("نحمي بياناتك", 1), ("שלום", 1)]);
    counts(&["ما می\u{200C}فروشیم", "١٢ يوما"], &[("میفروشیم", 1), ("12 يوما", 1), ("۱۲", 1)]);
}

#[test]
fn scripts_without_spaces_are_found_by_any_part() {
    counts(&["យើងមិនលក់ទិន្នន័យរបស់អ្នកទេ"], &[("ទិន្នន័យ", 1), ("មិនលក់", 1), ("ទន", 0)]);
    counts(&["ພວກເຮົາບໍ່ຂາຍຂໍ້ມູນຂອງທ່ານ"], &[("ຂໍ້ມູນ", 1), ("ບໍ່ຂາຍ", 1)]);
    counts(&["ကျွန်ုပ်တို့သည် ဒေတာကို မရောင်းပါ"], &[("ဒေတာ", 1), ("မရောင်း", 1)]);
    counts(&["เราไม่ขายข้อมูลของคุณ"], &[("ข้อมูล", 1), ("ไม่ขาย", 1)]);
}

fptest!(highlights_are_bytes_of_the_text, |fx: Fixture| {
    let text = "Die Maßnahmen — ausschließlich für Ŀœﬁ\u{AD}x.";
    index(&fx, &[text]);
    let highlighted = |query: &str| {
        let hit = &fx.run(["search", "--format", "jsonl", "--", query]).exits(0).json_lines()[0];
        let range = &hit["highlights"][0];
        let place = |at: usize| usize::try_from(range[at].as_u64().unwrap()).unwrap();
        hit["text"].as_str().unwrap()[place(0)..place(1)].to_owned()
    };
    assert_eq!(highlighted("massnahmen"), "Maßnahmen");
    assert_eq!(highlighted("MASSNAHMEN AUSSCHLIESSLICH"), "Maßnahmen — ausschließlich");
    assert_eq!(highlighted("loefix"), "Ŀœﬁ\u{AD}x");
    assert_eq!(highlighted("\"mass*\""), "Maßnahmen");
    assert_eq!(highlighted("/maß?nahm.*/"), "Maßnahmen");
});
