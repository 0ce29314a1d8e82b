//! Tests each rule of sectioning on small texts, most of them in several languages.
//!
//! A clause is written as one line: a letter for its kind, its text (`/` is a line break), and
//! ` < ` with its lead-in or header row. `*` before the letter marks furniture.

use fineprint::model::{Clause, ClauseKind};
use fineprint::section::{Sectioner, section};

/// A clause as a line.
fn line(clause: &Clause) -> String {
    let kind = match clause.kind {
        ClauseKind::Heading => 'h',
        ClauseKind::Paragraph => 'p',
        ClauseKind::Item => 'i',
        ClauseKind::Row => 'r',
        ClauseKind::Quote => 'q',
    };
    let furniture = if clause.is_furniture { "*" } else { "" };
    let number = clause.number.as_deref().map(|number| format!("{number} ")).unwrap_or_default();
    let text = clause.text.replace('\n', "/");
    let lead_in = clause.lead_in.as_deref().map(|lead_in| format!(" < {lead_in}"));
    format!("{furniture}{kind} {number}{text}{}", lead_in.unwrap_or_default())
}

/// The clauses of a text as lines. A sectioner that has seen another text finds the same ones.
#[track_caller]
fn cut(text: &str) -> Vec<String> {
    let clauses = section(text);
    let mut sectioner = Sectioner::default();
    let mut parts: Vec<Vec<Clause>> = Vec::new();
    let mut again = Vec::new();
    for text in [format!("{text}\n\nEnd."), text.to_owned()] {
        again.clear();
        for part in sectioner.section(text) {
            parts.extend(part.clauses);
            again.extend(parts[part.number].iter().map(line));
        }
    }
    let lines: Vec<String> = clauses.iter().map(line).collect();
    assert_eq!(lines, again, "{text}");
    lines
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(cut(text), expected, "{text}");
}

/// Checks a text below a title, so that its blank line separates paragraphs.
#[track_caller]
fn check_below_title(text: &str, expected: &[&str]) {
    let below = [&["h Terms"], expected].concat();
    check(&format!("# Terms\n\n{text}"), &below);
}

/// The path of each clause, with ` > ` between its headings.
fn paths(text: &str) -> Vec<String> {
    section(text).iter().map(|clause| clause.section.join(" > ")).collect()
}

/// A title and a sentence of a policy in one language, and a lead-in with two entries.
struct Sample {
    title: &'static str,
    body: &'static str,
    next: &'static str,
    more: &'static str,
    lead_in: &'static str,
    closed: &'static str,
    entries: [&'static str; 2],
}

const SAMPLES: [Sample; 13] = [
    Sample {
        title: "What we collect from you",
        body: "We collect your name and address when you order something.",
        next: "Who gets your data",
        more: "We give your data to nobody except for our own carriers.",
        lead_in: "You can:",
        closed: "You have the following rights.",
        entries: ["write to us", "call us"],
    },
    Sample {
        title: "Welche Daten wir erheben",
        body: "Wir erheben Ihren Namen und Ihre Anschrift, wenn Sie bestellen.",
        next: "Weitergabe an Dritte",
        more: "Wir geben Ihre Daten an niemanden weiter, der uns fragt.",
        lead_in: "Sie können:",
        closed: "Sie haben die folgenden Rechte.",
        entries: ["uns schreiben", "uns anrufen"],
    },
    Sample {
        title: "Vos droits sur les données",
        body: "Vous pouvez nous demander à tout moment une copie de vos données.",
        next: "Durée de conservation",
        more: "Nous conservons vos données aussi longtemps que votre compte existe.",
        lead_in: "Vous pouvez :",
        closed: "Vous avez les droits suivants.",
        entries: ["nous écrire", "nous appeler"],
    },
    Sample {
        title: "Qué datos recogemos",
        body: "Recogemos su nombre y su dirección cuando hace un pedido.",
        next: "Con quién los compartimos",
        more: "No compartimos sus datos con nadie, salvo con los transportistas.",
        lead_in: "Usted puede:",
        closed: "Usted tiene los siguientes derechos.",
        entries: ["escribirnos", "llamarnos"],
    },
    Sample {
        title: "Com quem partilhamos os dados?",
        body: "Não partilhamos os seus dados com ninguém, exceto com a transportadora.",
        next: "Durante quanto tempo",
        more: "Guardamos os seus dados enquanto a sua conta estiver aberta.",
        lead_in: "O utilizador pode:",
        closed: "O utilizador tem os seguintes direitos.",
        entries: ["escrever-nos", "telefonar-nos"],
    },
    Sample {
        title: "Diritti dell'interessato",
        body: "Lei può chiederci in ogni momento una copia dei suoi dati.",
        next: "Tempi di conservazione",
        more: "Conserviamo i suoi dati finché il suo conto rimane aperto.",
        lead_in: "Lei può:",
        closed: "Lei ha i seguenti diritti.",
        entries: ["scriverci", "telefonarci"],
    },
    Sample {
        title: "Hoe lang wij gegevens bewaren",
        body: "Wij bewaren uw gegevens zolang uw account bij ons bestaat.",
        next: "Delen met derden",
        more: "Wij delen uw gegevens met niemand, behalve met onze bezorgers.",
        lead_in: "U kunt:",
        closed: "U heeft de volgende rechten.",
        entries: ["ons schrijven", "ons bellen"],
    },
    Sample {
        title: "Komu przekazujemy dane",
        body: "Nie przekazujemy danych nikomu, z wyjątkiem firm kurierskich.",
        next: "Okres przechowywania",
        more: "Przechowujemy dane tak długo, jak długo istnieje konto.",
        lead_in: "Można:",
        closed: "Przysługują Państwu następujące prawa.",
        entries: ["napisać do nas", "zadzwonić do nas"],
    },
    Sample {
        title: "Haklarınız nelerdir?",
        body: "Verilerinizin bir kopyasını bizden her zaman isteyebilirsiniz.",
        next: "Saklama süresi",
        more: "Verilerinizi hesabınız açık olduğu sürece saklıyoruz.",
        lead_in: "Şunları yapabilirsiniz:",
        closed: "Aşağıdaki haklara sahipsiniz.",
        entries: ["bize yazmak", "bizi aramak"],
    },
    Sample {
        title: "Какие данные мы собираем",
        body: "Мы собираем ваше имя и адрес, когда вы делаете заказ.",
        next: "Передача третьим лицам",
        more: "Мы не передаём ваши данные никому, кроме службы доставки.",
        lead_in: "Вы можете:",
        closed: "У вас есть следующие права.",
        entries: ["написать нам", "позвонить нам"],
    },
    Sample {
        title: "我们如何使用您的信息",
        body: "我们仅在您下订单时收集您的姓名和地址，不会用于其他目的。",
        next: "信息的共享",
        more: "除配送公司以外，我们不会与任何第三方共享您的个人信息。",
        lead_in: "您可以：",
        closed: "您享有以下权利。",
        entries: ["写信给我们", "致电我们"],
    },
    Sample {
        title: "個人情報の利用目的",
        body: "当社は、ご注文をお届けするために、お名前とご住所を利用します。",
        next: "第三者への提供",
        more: "当社は、配送会社を除き、個人情報を第三者に提供することはありません。",
        lead_in: "お客様ができること：",
        closed: "お客様には以下の権利があります。",
        entries: ["手紙を書く", "電話をかける"],
    },
    Sample {
        title: "수집하는 개인정보의 항목",
        body: "회사는 주문 배송을 위하여 이름과 주소를 수집하고 이용합니다.",
        next: "제3자 제공에 관한 사항",
        more: "회사는 배송업체를 제외하고 개인정보를 제3자에게 제공하지 않습니다.",
        lead_in: "이용자가 할 수 있는 일:",
        closed: "이용자는 다음 권리를 가집니다.",
        entries: ["편지 쓰기", "전화하기"],
    },
];

#[test]
fn each_line_is_a_paragraph_where_no_line_is_blank() {
    for Sample { title, body, next, more, .. } in SAMPLES {
        check(
            &format!("{title}\n{body}\n{next}\n{more}"),
            &[
                &format!("h {title}"),
                &format!("p {body}"),
                &format!("h {next}"),
                &format!("p {more}"),
            ],
        );
    }
    check(
        "What we collect\nWe collect your name ...\nWho gets it\n\
         We share your name with the carriers that we use.",
        &[
            "h What we collect",
            "p We collect your name ...",
            "h Who gets it",
            "p We share your name with the carriers that we use.",
        ],
    );
}

#[test]
fn wrapped_lines_are_joined() {
    let english = "We keep what you tell us for as long as your account is open,\n\
        and we remove all of it within thirty days after you have closed\nthe account.";
    check(english, &[&format!("p {}", english.replace('\n', " "))]);
    let russian = "Мы храним ваши данные столько времени, сколько существует ваш\n\
        аккаунт, и удаляем их в течение тридцати дней после того, как вы\nзакрыли его.";
    check(russian, &[&format!("p {}", russian.replace('\n', " "))]);
}

#[test]
fn titles_in_the_line_above_their_text_are_headings() {
    for Sample { title, body, next, more, .. } in SAMPLES {
        check(
            &format!("{title}\n{body}\n\n{next}\n{more}\n"),
            &[
                &format!("h {title}"),
                &format!("p {body}"),
                &format!("h {next}"),
                &format!("p {more}"),
            ],
        );
    }
    for (title, body) in [
        ("Article 3 - Price", "The price is fair."),
        ("§ 3 Preis", "Der Preis gilt."),
        ("Статья 3. Цена", "Цена окончательна."),
        ("第三条 价格", "价格以页面为准。"),
        ("제3조 (주문)", "회원은 다음 방법으로 주문합니다."),
    ] {
        let wrapped = format!("{title}\n{body} {body}\n{body}\n\nEnd.");
        check(&wrapped, &[&format!("h {title}"), &format!("p {body} {body} {body}"), "p End."]);
    }
    check(
        "**Our duty**\nWe keep it safe.\n\nOUR OFFICE\nWe sit in a small house by the river.",
        &[
            "h Our duty",
            "p We keep it safe.",
            "h OUR OFFICE",
            "p We sit in a small house by the river.",
        ],
    );
}

#[test]
fn lines_of_a_sentence_or_an_address_are_no_titles() {
    for text in [
        "Barrow Market\nQuay 4\nRotterdam",
        "Section 5 of these terms says who may\nWe hope that nobody asks for it.",
        "Write to the data protection officer of\nAcme Company of Canada in Ontario, at any time.",
        "We never share your data with any company except\nGoogle. We tell you before we do.",
        "“\nWe sell it to nobody at all, as long as you are with us.",
        "We value you\nand we keep your data in a safe place that nobody knows.",
        "Die Daten Ihres Kontos speichern wir in\nDeutschland, und wir löschen sie danach.",
    ] {
        check_below_title(text, &[&format!("p {}", text.replace('\n', " "))]);
    }
}

#[test]
fn typed_entries_in_lines_of_a_paragraph_are_items() {
    check_below_title(
        "We may\n(a) sell your data to our partners, but\nonly the newest;\n(b) rent it to others.",
        &[
            "p We may",
            "i (a) sell your data to our partners, but only the newest; < We may",
            "i (b) rent it to others. < We may",
        ],
    );
    check_below_title(
        "회원은 다음과 같이 주문합니다.\n가. 책을 고릅니다.\n나. 돈을 냅니다.\n다. 책을 받습니다.",
        &[
            "p 회원은 다음과 같이 주문합니다.",
            "i 가. 책을 고릅니다. < 회원은 다음과 같이 주문합니다.",
            "i 나. 돈을 냅니다. < 회원은 다음과 같이 주문합니다.",
            "i 다. 책을 받습니다. < 회원은 다음과 같이 주문합니다.",
        ],
    );
    for text in [
        "We keep it under section\n(a) of the law and as\nwe said before.",
        "It began on\n3. Mai und endete am\n9. Mai des Jahres.",
    ] {
        check_below_title(text, &[&format!("p {}", text.replace('\n', " "))]);
    }
}

#[test]
fn lists_in_small_letters_continue_a_line_without_a_mark() {
    for (line, first, second) in [
        ("If you leave, we", "remove your name,", "keep your posts."),
        ("We tell nobody anything, except that we give", "your name to a court;", "your mail."),
        ("Nous ne communiquons rien, sauf si la loi exige", "votre nom ;", "votre adresse."),
        ("Мы никому не сообщаем ничего, кроме того, что даём", "имя суду;", "адрес почте."),
    ] {
        let items = [&format!("i {first} < {line}") as &str, &format!("i {second} < {line}")];
        for text in [
            format!("{line}\n\n* {first}\n* {second}"),
            format!("{line}\n\n• {first}\n\n• {second}"),
        ] {
            check(&text, &[&format!("p {line}"), items[0], items[1]]);
        }
    }
    check("## Cookies we use\n\n* session cookies", &["h Cookies we use", "i session cookies"]);
    check("Cookies\n\n* session cookies", &["h Cookies", "i session cookies"]);
}

#[test]
fn a_title_may_have_a_list_for_its_text() {
    for Sample { title, body, next, lead_in, entries: [first, second], .. } in SAMPLES {
        // A line of two words before a list says too little.
        if lead_in.split(' ').count() < 3 {
            continue;
        }
        check(
            &format!("{body}\n\n{title}\n\n{lead_in}\n\n* {first}\n* {second}\n\n{next}\n\n{body}"),
            &[
                &format!("p {body}"),
                &format!("h {title}"),
                &format!("p {lead_in}"),
                &format!("i {first} < {lead_in}"),
                &format!("i {second} < {lead_in}"),
                &format!("h {next}"),
                &format!("p {body}"),
            ],
        );
    }
    for (question, bold) in [
        ("Why do we keep it?", "**For the contract**"),
        ("Pourquoi les traitons-nous ?", "**Pour exécuter le contrat**"),
        ("为什么要收集？", "**为了合同**"),
    ] {
        let text = format!("We keep it, as you know by now.\n\n{question}\n\n{bold}\n\nWe must.");
        assert!(cut(&text)[1..3].iter().all(|line| line.starts_with("h ")), "{:?}", cut(&text));
    }
}

#[test]
fn titles_of_entries_end_with_their_entries() {
    for text in [
        "# Terms\n\n* **Names**  \n  We keep your name.\n* We keep your mail.\n\nThat is all.",
        "# Terms\n\n1. **Names**\n\n   We keep your name.\n2. We keep your mail.\n\nThat is all.",
        "# Terms\n\n- ## Names\n\n  We keep your name.\n- We keep your mail.\n\nThat is all.",
    ] {
        let found = paths(text);
        assert_eq!(found[2].split(" > ").count(), 2, "{text}: {found:?}");
        assert_eq!(found[3..], ["Terms", "Terms"], "{text}");
    }
    // The text of these titles is outside of their lists, or in a list of its own.
    let text = "# Terms\n\n1. **Names**\n\nWe keep your name.\n\n2. **Mail**\n\nWe keep your mail.";
    assert_eq!(paths(text)[2], "Terms > 1. Names");
    let text = "# Terms\n\n1. ## Names\n\n1) yours\n2) ours";
    assert_eq!(paths(text)[2..], ["Terms > 1. Names", "Terms > 1. Names"]);
}

#[test]
fn items_with_titles_are_not_introduced_by_a_closed_sentence() {
    check(
        "We value you.\n\n* **Names.** We keep your name.\n* **Mail.** We keep your mail.",
        &["p We value you.", "i Names. We keep your name.", "i Mail. We keep your mail."],
    );
    check(
        "You have the following rights.\n\n* **To see.** You may see it.",
        &[
            "p You have the following rights.",
            "i To see. You may see it. < You have the following rights.",
        ],
    );
}

#[test]
fn a_word_that_a_line_end_cuts_is_joined() {
    check(
        "You pay a deposit first.\n\nWe give you all of it back, and with it the de-\nposit.",
        &["p You pay a deposit first.", "p We give you all of it back, and with it the deposit."],
    );
    check("A third-\nparty has it.", &["p A third- party has it."]);
}

#[test]
fn lines_below_a_colon_are_entries_in_such_texts() {
    for Sample { title, body, next, more, lead_in, entries: [first, second], .. } in SAMPLES {
        check(
            &format!("{lead_in}\n{first}\n{second}\n{title}\n{body}\n{next}\n{more}"),
            &[
                &format!("p {lead_in}"),
                &format!("i {first} < {lead_in}"),
                &format!("i {second} < {lead_in}"),
                &format!("h {title}"),
                &format!("p {body}"),
                &format!("h {next}"),
                &format!("p {more}"),
            ],
        );
    }
    check(
        "You can:\nwrite to us\ncall us",
        &["p You can:", "i write to us < You can:", "i call us < You can:"],
    );
    check(
        "Write to:\nprivacy@acme.example\nThis page was last changed a long time ago.\n\
         So be it, then.",
        &[
            "p Write to:",
            "i privacy@acme.example < Write to:",
            "i This page was last changed a long time ago. < Write to:",
            "i So be it, then. < Write to:",
        ],
    );
}

#[test]
fn plain_titles_need_no_english() {
    for Sample { title, body, next, more, .. } in SAMPLES {
        check(
            &format!("{title}\n\n{body}\n\n{next}\n\n{more}"),
            &[
                &format!("h {title}"),
                &format!("p {body}"),
                &format!("h {next}"),
                &format!("p {more}"),
            ],
        );
    }
    check(
        "Keeping your data secure\n\n* locks\n* keys",
        &["h Keeping your data secure", "i locks", "i keys"],
    );
    check(
        "Wer sie bekommt\n\n| Wer | Was |\n|---|---|\n| Bank | Name |",
        &["h Wer sie bekommt", "r Wer | Was", "r Bank | Name < Wer | Was"],
    );
    check(
        "Annex 1B: Transfer:\n\n| Who | What |\n|---|---|\n| Banks | Names |",
        &["h Annex 1B: Transfer:", "r Who | What", "r Banks | Names < Who | What"],
    );
}

#[test]
fn titles_with_a_hard_break_are_headings() {
    for Sample { title, body, .. } in SAMPLES {
        check(&format!("{title}  \n{body}"), &[&format!("h {title}"), &format!("p {body}")]);
    }
    check(
        "Opting out:  \nYou can write to us at any time, and we will stop.",
        &["h Opting out:", "p You can write to us at any time, and we will stop."],
    );
    check(
        "Article 3 of the Code  \n« The seller delivers the goods within the time agreed. »",
        &["h Article 3 of the Code", "p « The seller delivers the goods within the time agreed. »"],
    );
}

#[test]
fn named_numbers_are_titles() {
    for title in [
        "Article 5 - Price",
        "§ 2 Weitergabe an Dritte",
        "Art. 3 Dane osobowe",
        "Annex II: Transfers",
        "Part A: Scope",
        "第五条 责任",
        "第3条（利用目的）",
        "제5조 (목적)",
        "Статья 4. Права пользователя",
        "Madde 7 - Ödeme",
        "Artículo 12. Pagos",
        "Artigo 3.º Preços",
        "Articolo 9 Recesso",
        "Artikel 4 Levering",
        "Abschnitt 3 Haftung",
    ] {
        let found =
            cut(&format!("Some text comes first here.\n\n{title}\n\nIt is so.\n\nThe end."));
        assert!(found[1].starts_with('h'), "{title}: {found:?}");
    }
}

#[test]
fn the_title_of_a_text_is_a_heading_of_the_first_level() {
    for title in [
        "Terms of Use",
        "Datenschutzerklärung",
        "Politique de confidentialité",
        "Política de privacidad",
        "Termos de utilização",
        "Informativa sulla privacy",
        "Privacybeleid",
        "Polityka prywatności",
        "Gizlilik Politikası",
        "Политика конфиденциальности",
        "隐私政策",
        "プライバシーポリシー",
        "개인정보 처리방침",
    ] {
        let text = format!(
            "{title}\n\n(As of May 2011)\n\nThanks for using what we make.\n\n\
             **More**\n\nThe end of it."
        );
        assert_eq!(cut(&text)[0], format!("h {title}"));
        assert_eq!(paths(&text)[3], title, "{title}");
        let text =
            format!("EU/UK\n\n{title}\n\n(As of May 2011)\n\nThanks for using what we make.");
        assert_eq!(cut(&text)[..2], ["p EU/UK".to_owned(), format!("h {title}")]);
    }
    check("Our Rules\n\n=====\n\nThanks.", &["h Our Rules", "p Thanks."]);
}

#[test]
fn sentences_before_a_list_introduce_it() {
    for Sample { closed, entries: [first, second], .. } in SAMPLES {
        check(
            &format!("{closed}\n\n* {first}\n* {second}"),
            &[
                &format!("p {closed}"),
                &format!("i {first} < {closed}"),
                &format!("i {second} < {closed}"),
            ],
        );
    }
    check(
        "We care. You have these rights. Write to us.\n\n* to see it",
        &["p We care. You have these rights. Write to us.", "i to see it < You have these rights."],
    );
    check(
        "You have rights.\n\n• to see it\n\n• to delete it",
        &[
            "p You have rights.",
            "i to see it < You have rights.",
            "i to delete it < You have rights.",
        ],
    );
}

#[test]
fn menus_have_no_lead_in() {
    check(
        "games brought to you by\n\n* [Jigsaws](/j)\n* [Cards](/c)",
        &["p games brought to you by", "i Jigsaws", "i Cards"],
    );
    check(
        "Our partners are:\n\n* [Jigsaws](/j)\n* [Cards](/c)",
        &["p Our partners are:", "i Jigsaws < Our partners are:", "i Cards < Our partners are:"],
    );
}

#[test]
fn a_first_entry_may_follow_a_hard_break() {
    check(
        "We may tell:  \n(1) our carriers; \n\n(2) our banks;",
        &[
            "p We may tell:",
            "i (1) our carriers; < We may tell:",
            "i (2) our banks; < We may tell:",
        ],
    );
    check(
        "Wir informieren:  \na) die Post;\n\nb) die Bank.",
        &[
            "p Wir informieren:",
            "i a) die Post; < Wir informieren:",
            "i b) die Bank. < Wir informieren:",
        ],
    );
    check("No.  \n• We only keep it.", &["p No.", "i We only keep it. < No."]);
}

#[test]
fn a_new_introduction_ends_a_list() {
    check(
        "We bring it:  \n\\- by car;  \n\\- by ship;  \n**Receipt:** you get a mail that names:  \n\
         \\- the number;  \n\\- the price;",
        &[
            "p We bring it:",
            "i by car; < We bring it:",
            "i by ship; < We bring it:",
            "p Receipt: you get a mail that names:",
            "i the number; < Receipt: you get a mail that names:",
            "i the price; < Receipt: you get a mail that names:",
        ],
    );
    check(
        "We may:\n\n* ask\n\n  We never:\n\n* sell",
        &["p We may:", "i ask < We may:", "p We never:", "i sell < We never:"],
    );
}

#[test]
fn lists_in_lists_that_lost_their_indent_are_known() {
    check(
        "We may not:\n\n* post texts which:\n\n* are false\n* are rude\n\n* spam",
        &[
            "p We may not:",
            "i post texts which: < We may not:",
            "i are false < post texts which:",
            "i are rude < post texts which:",
            "i spam < We may not:",
        ],
    );
    check(
        "Nous pouvons :\n\n- publier des textes qui :\n\n- sont faux",
        &[
            "p Nous pouvons :",
            "i publier des textes qui : < Nous pouvons :",
            "i sont faux < publier des textes qui :",
        ],
    );
    check(
        "Fill in:\n\n* Name:\n\n* Street:\n\n* Town:",
        &["p Fill in:", "i Name: < Fill in:", "i Street: < Fill in:", "i Town: < Fill in:"],
    );
}

#[test]
fn a_heading_with_a_colon_introduces_a_list() {
    let plain = cut("We may collect:\n\n* your name");
    let heading = cut("## We may collect:\n\n* your name");
    assert_eq!(plain[1], heading[1]);
    check(
        "**Persönliche Daten:**\n\n* Name",
        &["h Persönliche Daten:", "i Name < Persönliche Daten:"],
    );
    check("## Names\n\n* yours", &["h Names", "i yours"]);
}

#[test]
fn numbered_lists_of_one_entry_are_titles() {
    let text =
        "  1. **WHO WE ARE**\n\n\n\nWe sell things to people.\n\n  2. **YOUR DATA**\n\nWe keep it.";
    let found: Vec<char> = cut(text).iter().filter_map(|line| line.chars().next()).collect();
    assert_eq!(found, ['h', 'p', 'h', 'p']);
    for (title, body) in [
        ("Purpose.", "Your privacy matters to us, and this text says how we keep it."),
        ("Zweck", "Ihre Daten sind uns wichtig, und dieser Text sagt, was wir tun."),
        ("Objet", "La présente politique décrit ce que nous faisons de vos données."),
        ("目的", "本政策说明我们如何收集、使用和保护您的个人信息，请仔细阅读。"),
    ] {
        let found = cut(&format!("1. {title}\n\n{body}\n\n2. {title}\n\n{body}"));
        let kinds: Vec<char> = found.iter().filter_map(|line| line.chars().next()).collect();
        assert_eq!(kinds, ['h', 'p', 'h', 'p'], "{title}");
    }
    let found =
        cut("We may:\n\n1. Sell data\n2. Rent data\n\nWe keep the rest of your data to ourselves.");
    assert!(found[1].starts_with('i') && found[2].starts_with('i'), "{found:?}");
}

#[test]
fn run_ins_after_hard_breaks_are_paragraphs() {
    check(
        "Do this:  \n**Choose:** you pick one.  \n**Pay:** you pay for it.",
        &["p Do this:", "p Choose: you pick one.", "p Pay: you pay for it."],
    );
}

#[test]
fn lone_links_are_no_headings() {
    check("[TAKE-DOWN FORM](/u)  \n[MAIL US](/u)", &["p TAKE-DOWN FORM/MAIL US"]);
    check("Text comes first.\n\n**Contact us**", &["p Text comes first.", "p Contact us"]);
}

#[test]
fn a_label_does_not_contain_the_clauses_after_it() {
    let text =
        "## 7. Contact\n\n7.1 Write to us.\n\n**By Mail:**\n\nAcme, Road 1\n\n7.2 We answer.";
    assert_eq!(paths(text)[3..], ["7. Contact > By Mail:", "7. Contact"]);
    let text = "7\\. Ask. You may ask us whatever you like.\n\n\
        **By Mail:**\n\nAcme, 1 Main Street\n\n\
        8\\. Changes. We may change this text whenever we like.\n\n9\\. End. This is the end.";
    let found = paths(text);
    assert_eq!(found[2..], ["By Mail:", "", ""]);
}

#[test]
fn rows_are_rows() {
    check(
        "| Game | Rating |\n|---|---|\n| Chess | All |\n\
         | ![](a.png) | **Rated 12**<br><br>Not for all |\n| Go | |",
        &[
            "r Game | Rating",
            "r Chess | All < Game | Rating",
            "r Rated 12 Not for all < Game | Rating",
            "r Go < Game | Rating",
        ],
    );
    check(
        "| A | B |\n|---|---|\n| x | <ul><li>y</li><li>z</li></ul> |",
        &["r A | B", "r x | y z < A | B"],
    );
}

#[test]
fn rows_continue_over_blank_lines() {
    check("A | B\n---|---\nx | y \n\nz  \n", &["r A | B", "r x | y z < A | B"]);
    check(
        "Text.\n\nA | B  \n---|---  \nx | y \n\nz  \nv \n\nu | w  \n\nThe end.",
        &["p Text.", "r A | B", "r x | y z < A | B", "r v u | w < A | B", "p The end."],
    );
    check(
        "\"ICANN\"\n\n| \n\nA corporation for names  \n  \n---|---  \n  \n\
         \"Rules\"\n\n| \n\nall laws  \n  \n\nEnd.",
        &[
            "r \"ICANN\" | A corporation for names",
            "r \"Rules\" | all laws < \"ICANN\" | A corporation for names",
            "p End.",
        ],
    );
    check(
        "a | b\n---|---\nc | d\n\nStreet 1  \nTown",
        &["r a | b", "r c | d < a | b", "p Street 1/Town"],
    );
}

#[test]
fn addresses_of_links_are_no_words() {
    let links = |text: &str| -> Vec<(String, String)> {
        section(text).iter().map(|clause| (line(clause), clause.links.join(" "))).collect()
    };
    let link = "acme.example/never-rent";
    assert_eq!(
        links("# Help\n\n[### Sell your data\n\nWe keep it.](https://acme.example/never-rent)"),
        [
            ("h Help".to_owned(), String::new()),
            ("h Sell your data".to_owned(), link.to_owned()),
            ("p We keep it.".to_owned(), link.to_owned()),
        ]
    );
    let found = links(
        "Read our [partner\n\
         rules](http://www.acme.example/legal/partner-and-\nvendor-rules.html) and more.",
    );
    let address = "www.acme.example/legal/partner-and-vendor-rules.html";
    assert_eq!(found, [("p Read our partner rules and more.".to_owned(), address.to_owned())]);
    assert_eq!(
        links("See [our rules] (https://acme.example/legal) now."),
        [("p See our rules now.".to_owned(), "acme.example/legal".to_owned())]
    );
    check(
        "We share ](#4-share) it.\n\n](https://a.example)[\n\nEnd.",
        &["p We share it.", "p End."],
    );
    check("[Privacy](/p \"Our\nrules\") is here.", &["p Privacy is here."]);
}

#[test]
fn footnote_marks_are_raised() {
    check("rent it<sup>2</sup> to partners[12](#fn12) of", &["p rent it² to partners¹² of"]);
    check("<p>rent it<sup>2</sup> to none</p>", &["p rent it² to none"]);
}

#[test]
fn code_has_no_headings_and_pictures_no_words() {
    check("```\n# x\ny\n```", &["p # x y"]);
    check("a ![alt text](b.png) c", &["p a c"]);
}

#[test]
fn html_in_markdown_keeps_its_structure() {
    check(
        "# A\n\n<h2>B</h2>\n<p>We never:</p>\n<ul>\n\
         <li>sell it</li>\n<li><p>rent it</p></li>\n</ul>\n\nEnd.",
        &["h A", "h B", "p We never:", "i sell it < We never:", "i rent it < We never:", "p End."],
    );
}

#[test]
fn furniture_is_marked() {
    check(
        "\u{FDD0}\n## Menu\n\n* Home\n\u{FDD1}\n\n\
         # Privacy\n\nWe never sell data to anyone at all.",
        &["*h Menu", "*i Home", "h Privacy", "p We never sell data to anyone at all."],
    );
    let text = "# Privacy\n\n\u{FDD0}\n\n### More\n\nRead it.\n\n\u{FDD1}\n\n\
        We never sell data to anyone.";
    assert_eq!(paths(text), ["", "Privacy", "Privacy > More", "Privacy"]);
    check(
        "* [Home](/)\n* [About](/a)\n* [Shop](/s)\n\n# Privacy\n\nWe never sell data to anyone.",
        &["*i Home", "*i About", "*i Shop", "h Privacy", "p We never sell data to anyone."],
    );
    check(
        "# Privacy\n\n* [Use](#use)\n* [Share](#share)\n* [Keep](#keep)\n\nWe sell no data.",
        &["h Privacy", "i Use", "i Share", "i Keep", "p We sell no data."],
    );
    check("a\u{FDD0}b \u{FDD1} c", &["p ab c"]);
}

#[test]
fn an_introduction_inside_an_entry_ends_the_list() {
    for (mark, other) in [("-", "-"), ("*", "*"), ("•", "•")] {
        check_below_title(
            &format!("We may:\n{mark} sell it\nWe never:\n{other} sell it\n{other} rent it"),
            &[
                "p We may:",
                "i sell it < We may:",
                "p We never:",
                "i sell it < We never:",
                "i rent it < We never:",
            ],
        );
    }
    // A line that continues the entry, with an indent or in small letters, belongs to it.
    check_below_title(
        "- sell it\n  and more, to:\n- rent it",
        &["i sell it and more, to:", "i rent it"],
    );
}

#[test]
fn lines_of_a_list_are_no_title() {
    check_below_title(
        "You can:\nwrite to us\ncall us\n\nWe keep a list of all the people who ask us for it.",
        &[
            "p You can: write to us call us",
            "p We keep a list of all the people who ask us for it.",
        ],
    );
    check_below_title("ONE  \nTWO  \nTHREE\n\nText.", &["p ONE/TWO/THREE", "p Text."]);
}

#[test]
fn superscripts_over_a_line_end_are_read() {
    check_below_title("it<sup>\n1</sup> to", &["p it¹ to"]);
    check_below_title("it[\n12](#fn) to", &["p it¹² to"]);
}

#[test]
fn marks_of_footnotes_follow_words_of_any_style() {
    for (text, right) in [
        ("**our partners** [\\[12\\]](#fn12).", "p our partners¹²."),
        ("it[1](#a)[2](#b) ends", "p it¹² ends"),
        ("We rent it\n[\\[3\\]](#c) to none.", "p We rent it³ to none."),
        ("a[1\n](#x) one **two** three", "p a¹ one two three"),
    ] {
        check_below_title(text, &[right]);
    }
}

#[test]
fn a_number_belongs_to_the_first_clause_of_its_entry() {
    check_below_title(
        "1. <div>a thing</div>\n\n   b thing\n2. c thing",
        &["i 1. a thing", "p b thing", "i 2. c thing"],
    );
}

#[test]
fn an_empty_entry_of_html_ends_with_its_list() {
    check_below_title(
        "We say:\n\n<ul><li>a</li><li></ul>b",
        &["p We say:", "i a < We say:", "p b"],
    );
}

#[test]
fn marks_of_footnotes_are_lists_and_references() {
    for mark in ["<sup>(1)</sup>", "<sup>[1]</sup>", "[^1]", "<sup>[[1]](#fn)</sup>"] {
        check_below_title(&format!("We rent it{mark} to you."), &["p We rent it¹ to you."]);
    }
    for mark in ["<sup>2,3</sup>", "<sup>[2], [3]</sup>", "<sup>2 3</sup>"] {
        let text = "p We rent it²\u{2063}³ to you.";
        check_below_title(&format!("We rent it{mark} to you."), &[text]);
    }
    check_below_title("We rent it[^1].\n\n[^1]: To you.", &["p We rent it¹.", "p [^1]: To you."]);
    let marks = "We rent it<sup>2,3</sup><sup>4</sup> to you.";
    check_below_title(marks, &["p We rent it²\u{2063}³⁴ to you."]);
    check_below_title("10<sup>2,3</sup> and 2019<sup>(4)</sup>", &["p 102,3 and 2019"]);
}

#[test]
fn numbers_of_many_forms_are_numbers_of_items() {
    for [first, next, later] in [
        ["1.", "2.", "3."],
        ["1.)", "2.)", "3.)"],
        ["[1]", "[2]", "[3]"],
        ["第一、", "第二、", "第三、"],
        ["ア．", "イ．", "ウ．"],
        ["4(a)", "4(b)", "4(c)"],
    ] {
        let text = format!(
            "You may not:\n\n{first}We sell it.\n\n{next}We rent it.\n\n{later}We lend it."
        );
        let item = |number: &str, text: &str| format!("i {number} {text} < You may not:");
        let items =
            [item(first, "We sell it."), item(next, "We rent it."), item(later, "We lend it.")];
        let items = items.each_ref().map(String::as_str);
        check_below_title(&text, &["p You may not:", items[0], items[1], items[2]]);
    }
    for text in
        ["1.com is ours.", "2.5GB are yours.", "J.Smith is here.", "[30] days", "4(b) holds"]
    {
        check_below_title(text, &[&format!("p {text}")]);
    }
}

#[test]
fn a_typed_number_is_the_number_of_its_entry() {
    for (text, number) in
        [("* 1. We sell\n* 2. We rent", "1."), ("1. 1. We sell\n2. 2. We rent", "1.")]
    {
        let found = cut(&format!("# Terms\n\nWe may:\n\n{text}"));
        assert_eq!(found[2], format!("i {number} We sell < We may:"), "{found:?}");
    }
    let found = cut("# Terms\n\nWe may:\n\n1. 1. 2024 begins it\n2. then");
    assert!(found[2].ends_with("1. 1. 2024 begins it < We may:"), "{found:?}");
}

#[test]
fn lists_in_numbered_entries_that_lost_their_indent_are_known() {
    check_below_title(
        "We may not:\n\n1. sell it;\n2. post texts which:\n\n\
         1. are false\n2. are rude\n\n3. lend it",
        &[
            "p We may not:",
            "i 1. sell it; < We may not:",
            "i 2. post texts which: < We may not:",
            "i 1. are false < post texts which:",
            "i 2. are rude < post texts which:",
            "i 3. lend it < We may not:",
        ],
    );
    check_below_title(
        "We may not:\n\n(1) post texts which\n\n(a) are false;\n\n(b) are rude;\n\n(2) lend it.",
        &[
            "p We may not:",
            "i (1) post texts which < We may not:",
            "i (a) are false; < post texts which",
            "i (b) are rude; < post texts which",
            "i (2) lend it. < We may not:",
        ],
    );
}

#[test]
fn html_in_markdown_has_rows_terms_and_numbers() {
    let row = |cells: [&str; 2]| format!("<tr><td>{}</td><td>{}</td></tr>", cells[0], cells[1]);
    let [header, first] = [row(["Data", "Why"]), row(["Mail", "To <b>write</b>\nto you | all"])];
    for blank in ["\n", "\n\n"] {
        check_below_title(
            &format!("<table>{blank}{header}{blank}{first}{blank}</table>\n\nEnd."),
            &["r Data | Why", "r Mail | To write to you | all < Data | Why", "p End."],
        );
    }
    check_below_title(
        "<dl>\n<dt>Cookie</dt><dd>A file.</dd>\n\n<dt>Log</dt><dd>A list.</dd>\n</dl>\n\nEnd.",
        &["p Cookie", "i A file. < Cookie", "p Log", "i A list. < Log", "p End."],
    );
    check_below_title(
        "We may:\n\n<ol start=3>\n<li>sell it</li>\n<li>rent it</li>\n</ol>\n\nEnd.",
        &["p We may:", "i 3. sell it < We may:", "i 4. rent it < We may:", "p End."],
    );
}

#[test]
fn hidden_html_in_markdown_is_furniture_or_nothing() {
    for hidden in [
        "<template><p>Old words.</p></template>",
        "<style>\n.a { color: red }\n\n.b {}\n</style>",
        "<script>\nlet a;\n\nlet b;</script>",
    ] {
        check_below_title(&format!("One.\n\n{hidden}\n\nTwo."), &["p One.", "p Two."]);
    }
    for hidden in ["<div hidden><p>Old.</p></div>", "<div style='display: none'>\n\nOld.\n\n</div>"]
    {
        let text = format!("One.\n\n{hidden}\n\nTwo.");
        check_below_title(&text, &["p One.", "*p Old.", "p Two."]);
    }
}

#[test]
fn titles_of_few_words_have_short_sentences() {
    for title in ["Your consent", "1. Consent", "(1) Consent", "A. Consent"] {
        let found = cut(&format!("# Terms\n\n{title}\n\nBy using it you agree.\n\nEnd it."));
        assert!(found[1].starts_with("h "), "{found:?}");
    }
    check_below_title(
        "* **Sharing**\n\nWe share nothing.\n\n* **Keeping**\n\nWe keep it for ever.",
        &["h Sharing", "p We share nothing.", "h Keeping", "p We keep it for ever."],
    );
    for line in ["Acme Inc", "Write to us:"] {
        let found = cut(&format!("# Terms\n\nOur address\n\n{line}\n\nMain Street 1"));
        assert!(!found[2].starts_with("h "), "{found:?}");
    }
}

#[test]
fn one_blank_line_leaves_lines_paragraphs() {
    check(
        "Privacy Policy\n\nWhat we collect\nWe collect your name and your address.\n\
         Who gets it\nWe share it with nobody except for our own carriers.",
        &[
            "h Privacy Policy",
            "h What we collect",
            "p We collect your name and your address.",
            "h Who gets it",
            "p We share it with nobody except for our own carriers.",
        ],
    );
}

#[test]
fn sentences_below_numbered_capitals_are_paragraphs() {
    check(
        "TERMS OF USE\n1. SCOPE\nThese terms apply to all.\n2. PRICE\nWe set it.",
        &[
            "h TERMS OF USE",
            "h 1. SCOPE",
            "p These terms apply to all.",
            "h 2. PRICE",
            "p We set it.",
        ],
    );
}

#[test]
fn titles_follow_typed_lists_and_dates_are_no_entries() {
    let body = "You may ask us to delete the data that we have.";
    for bullet in ["•", "-"] {
        let found = cut(&format!(
            "Terms\nWe may:\n{bullet} sell it\n{bullet} rent it\nYour rights\n{body}\nEnd it."
        ));
        assert_eq!(found[4..6], ["h Your rights".to_owned(), format!("p {body}")], "{found:?}");
    }
    check(
        "# Datenschutz\n\n3. Mai 2019\n\nWir schützen Ihre Daten.",
        &["h Datenschutz", "p 3. Mai 2019", "p Wir schützen Ihre Daten."],
    );
}

#[test]
fn tables_have_titles_and_blank_lines() {
    let rows = "| Name | To call |\n| Foo | Bar |";
    check_below_title(
        &format!("| Our data | |\n|---|---|\n| Data | Why |\n{rows}"),
        &[
            "h Our data",
            "r Data | Why",
            "r Name | To call < Data | Why",
            "r Foo | Bar < Data | Why",
        ],
    );
    for rule in ["|---|---|", "| --- | --- |"] {
        check_below_title(
            &format!("| Data | Why |\n{rule}\n| Name | To call |\n\n| Foo | Bar |\n\nEnd."),
            &[
                "r Data | Why",
                "r Name | To call < Data | Why",
                "r Foo | Bar < Data | Why",
                "p End.",
            ],
        );
    }
}
