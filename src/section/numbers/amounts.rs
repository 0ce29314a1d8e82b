//! Knows the words after which a number before them is an amount, a date or an age: units,
//! currencies, months and the like, in the languages of the corpora.
//!
//! A word that is missing here does no harm where the number continues no sequence. A word too many
//! leaves a number in its text, which costs a glance at a change that is none.

use std::collections::HashSet;
use std::sync::LazyLock;

use rustc_hash::FxBuildHasher;

/// Units of time.
#[rustfmt::skip]
const TIMES: &[&str] = &[
    "second", "seconds", "minute", "minutes", "hour", "hours", "day", "days", "week", "weeks",
    "month", "months", "year", "years", "yrs", "hrs", "mins", "secs", "sekunde", "sekunden",
    "minuten", "stunde", "stunden", "tag", "tage", "tagen", "woche", "wochen", "monat", "monate",
    "monaten", "jahr", "jahre", "jahren", "jahres", "quartal", "halbjahr", "jahrhundert",
    "jahrhunderts", "kalenderwoche", "kw", "werktag", "werktage", "uhr", "seconde", "secondes",
    "heure", "heures", "jour", "jours", "semaine", "semaines", "mois", "ans", "année", "années",
    "siècle", "trimestre", "segundo", "segundos", "minuto", "minutos", "hora", "horas", "día",
    "días", "dia", "dias", "semana", "semanas", "meses", "mês", "año", "años", "ano", "anos",
    "siglo", "século", "giorno", "giorni", "settimana", "settimane", "mese", "mesi", "anno",
    "anni", "ora", "ore", "secolo", "dag", "dagen", "weken", "maand", "maanden", "jaar", "jaren",
    "uur", "uren", "eeuw", "dzień", "dnia", "dni", "tydzień", "tygodni", "tygodnie", "miesiąc",
    "miesiące", "miesięcy", "rok", "roku", "lat", "lata", "godzina", "godziny", "godzin",
    "kwartał", "wiek", "gün", "günü", "hafta", "yıl", "yılı", "saat", "dakika", "yüzyıl",
    "yaş", "yaşını", "день", "дня", "дней", "неделя", "недели",
    "недель", "месяц", "месяца", "месяцев", "год", "года", "лет",
    "час", "часа", "часов", "минут", "минуты", "квартал", "век",
    "dagar", "veckor", "månad", "månader", "år", "uge", "uger", "måned", "måneder", "uke",
    "uker", "päivä", "päivää", "viikko", "viikkoa", "kuukausi", "kuukautta", "vuosi", "vuotta",
    "dny", "dnů", "týden", "týdnů", "měsíc", "měsíců", "nap", "hét", "hónap", "év",
    "ay", "ayı", "hodin", "hodina", "hodiny", "minut", "minuta", "minuty", "roky", "roků",
    "týdny", "měsíce", "dage", "dager", "timer", "timar", "timme", "timmar", "tuntia",
    "minuuttia", "tunti", "minuutti", "zile", "zi", "luni", "lună", "ani", "săptămâni",
    "săptămână", "μήνες", "μήνας", "ώρες", "ώρα", "χρόνια", "έτη",
    "ημέρες", "ημέρα", "днів", "років", "рік", "годин", "година",
    "тижнів", "тиждень", "місяців", "місяць", "perc", "óra", "napok",
    "hetek", "hónapok", "évek", "hr", "std", "sec", "sek", "quartale", "semester", "semestre",
    "歳", "세", "살", "岁", "歲", "日", "年", "天", "個月", "个月", "ヶ月", "か月",
    "月", "週間", "周", "时", "時", "일", "년", "개월", "주", "시간", "يوم",
    "أيام", "شهر", "سنة", "ساعة", "יום", "ימים", "חודש", "שנה",
    "दिन", "महीने", "वर्ष", "घंटे", "ngày", "tháng", "năm",
    "hari", "bulan", "tahun", "minggu", "дни", "седмици", "месеца", "години",
    "dana", "mjeseci", "godina", "sati", "mesecev", "leto", "ur", "dní", "mesiac", "mesiacov",
    "rokov", "päeva", "kuud", "aastat", "tundi", "dienas", "mēneši", "gadi", "stundas", "dienų",
    "mėnesių", "metų", "valandų", "daga", "mánuðir", "ára",
];

/// Ages and their anniversaries.
#[rustfmt::skip]
const AGES: &[&str] = &[
    "birthday", "anniversary", "lebensjahr", "lebensjahres", "lebensjahrs", "lebensmonat",
    "geburtstag", "geburtstages", "jubiläum", "anniversaire", "cumpleaños", "aniversario",
    "aniversário", "compleanno", "verjaardag", "levensjaar", "urodziny", "rocznica", "doğum",
    "летия", "летие", "лета", "födelsedag", "fødselsdag",
    "lj", "geburtstags", "narozeniny", "urodzin", "születésnap",
];

/// Measures of things, and counts that make an amount of a number.
#[rustfmt::skip]
const MEASURES: &[&str] = &[
    "kb", "mb", "gb", "tb", "pb", "kib", "mib", "gib", "tib", "kbit", "mbit", "gbit", "kbps",
    "mbps", "gbps", "byte", "bytes", "bit", "bits", "kilobyte", "kilobytes", "megabyte",
    "megabytes", "gigabyte", "gigabytes", "terabyte", "terabytes", "octets", "гб", "мб",
    "кб", "тб", "hz", "khz", "mhz", "ghz", "kw", "kwh", "mw", "watt", "volt", "ampere",
    "mah", "ps", "px", "pt", "dpi", "mp", "megapixel", "megapixels", "kg", "mg", "lb", "lbs",
    "oz", "ounce", "ounces", "gram", "grams", "gramm", "kilo", "kilos", "kilogram", "kilograms",
    "kilogramm", "ton", "tons", "tonne", "tonnes", "tonnen", "km", "cm", "mm", "meter",
    "meters", "metre", "metres", "metro", "metros", "kilometer", "kilometers", "kilometre",
    "kilometres", "mile", "miles", "meile", "meilen", "foot", "feet", "inch", "inches", "zoll",
    "yard", "yards", "ml", "liter", "liters", "litre", "litres", "litro", "litros", "gallon",
    "gallons", "percent", "prozent", "procent", "procento", "pourcent", "percento", "yüzde",
    "процент", "процента", "процентов", "pct", "promille", "degree",
    "degrees", "grad", "degrés", "hundred", "thousand", "million", "millions", "billion",
    "billions", "trillion", "dozen", "hundert", "tausend", "mio", "millionen", "mrd",
    "milliarde", "milliarden", "dutzend", "mille", "milliard", "milliards", "mil", "millones",
    "millón", "millon", "milhão", "milhões", "bilhões", "mila", "milione", "milioni",
    "miliardo", "miliardi", "miljoen", "miljard", "duizend", "mln", "mld", "tys", "tysiąc",
    "tysięcy", "milion", "miliony", "milionów", "milyon", "milyar", "bin", "тыс",
    "тысяч", "тысячи", "млн", "млрд", "миллион", "миллиона",
    "миллионов", "миллиард", "times", "mal", "fois", "veces", "vezes", "volte",
    "keer", "razy", "kez", "kere", "раз", "раза", "punkt", "punkte", "star", "stars",
    "sterne", "stück", "pieces", "etage", "stockwerk", "klasse", "liga", "platz", "weltkrieg",
    "rang", "floor", "étage",
    "ha", "hektar", "hectares", "hectare", "acres", "acre", "lakh", "crore", "auflage",
    "generation", "instanz", "mahnung", "ausgabe", "fassung", "wahlperiode",
   
    "tsd", "к", "г",
    "м", "см", "мм", "кг", "га", "гектар",
];

/// Currencies.
#[rustfmt::skip]
const CURRENCIES: &[&str] = &[
    "euro", "euros", "eur", "dollar", "dollars", "usd", "gbp", "pound", "pounds", "pfund",
    "sterling", "pence", "penny", "cent", "cents", "centimes", "chf", "franken", "franc", "francs",
    "rappen", "jpy", "yen", "cny", "rmb", "yuan", "inr", "rupee", "rupees", "rs", "krw", "won",
    "rub", "руб", "рубль", "рубля", "рублей", "коп", "грн", "гривен",
    "pln", "zł", "złoty", "złotych", "złote", "zloty", "gr", "groszy", "tl", "lira", "lirası",
    "kuruş", "lire", "sek", "nok", "dkk", "kr", "krone", "kroner", "kronen", "krona", "kronor",
    "øre", "öre", "czk", "kč", "korun", "koruny", "huf", "forint", "ron", "lei", "leu", "bgn",
    "лв", "brl", "reais", "reales", "mxn", "peso", "pesos", "aud", "cad", "nzd", "sgd", "hkd",
    "zar", "rand", "aed", "dirham", "dirhams", "ils", "shekel", "shekels", "btc", "eth", "ευρώ",
    "יורו", "доллар", "доллара", "долларов", "евро", "円", "元",
    "원", "гривень", "гривні", "гривня", "р", "₴", "kn", "din", "ден",
    "крб", "тенге", "сум",
];

/// Months, and how they are shortened.
#[rustfmt::skip]
const MONTHS: &[&str] = &[
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep",
    "sept", "oct", "nov", "dec", "januar", "jänner", "februar", "märz", "maerz", "mai", "juni",
    "juli", "oktober", "dezember", "mär", "okt", "dez", "janvier", "février", "fevrier", "mars",
    "avril", "juin", "juillet", "août", "aout", "septembre", "octobre", "novembre", "décembre",
    "decembre", "janv", "févr", "avr", "juil", "déc", "enero", "febrero", "marzo", "abril",
    "mayo", "junio", "julio", "agosto", "septiembre", "setiembre", "octubre", "noviembre",
    "diciembre", "ene", "abr", "ago", "dic", "janeiro", "fevereiro", "março", "marco", "maio",
    "junho", "julho", "setembro", "outubro", "novembro", "dezembro", "fev", "gennaio", "febbraio",
    "aprile", "maggio", "giugno", "luglio", "settembre", "ottobre", "dicembre", "gen", "mag", "giu",
    "lug", "ott", "januari", "februari", "maart", "mei", "augustus", "mrt", "stycznia", "lutego",
    "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września", "października",
    "listopada", "grudnia", "styczeń", "luty", "marzec", "kwiecień", "maj", "czerwiec", "lipiec",
    "sierpień", "wrzesień", "październik", "listopad", "grudzień", "ocak", "şubat", "nisan",
    "mayıs", "haziran", "temmuz", "ağustos", "eylül", "ekim", "kasım", "aralık", "subat",
    "mayis", "agustos", "eylul", "kasim", "aralik", "января", "февраля", "марта",
    "апреля", "мая", "июня", "июля", "августа", "сентября",
    "октября", "ноября", "декабря", "январь", "февраль",
    "март", "апрель", "май", "июнь", "июль", "август",
    "сентябрь", "октябрь", "ноябрь", "декабрь", "січня",
    "лютого", "березня", "квітня", "травня", "червня", "липня",
    "серпня", "вересня", "жовтня", "листопада", "грудня",
    "augusti", "marts", "desember", "tammikuuta", "helmikuuta", "maaliskuuta", "huhtikuuta",
    "toukokuuta", "kesäkuuta", "heinäkuuta", "elokuuta", "syyskuuta", "lokakuuta", "marraskuuta",
    "joulukuuta", "ledna", "února", "března", "dubna", "května", "června", "července", "srpna",
    "září", "října", "listopadu", "prosince", "január", "február", "március", "április",
    "május", "június", "július", "augusztus", "szeptember", "október", "ianuarie", "februarie",
    "martie", "aprilie", "iunie", "iulie", "septembrie", "octombrie", "noiembrie", "decembrie",
    "ιανουαρίου", "φεβρουαρίου", "μαρτίου", "απριλίου",
    "μαΐου", "μαίου", "ιουνίου", "ιουλίου", "αυγούστου",
    "σεπτεμβρίου", "οκτωβρίου", "νοεμβρίου", "δεκεμβρίου",
    "mart", "januára", "feber", "leden", "únor", "březen", "duben", "květen", "červen",
    "červenec", "srpen", "říjen", "prosinec", "februára", "apríl", "apríla", "máj", "mája",
    "júna", "júla", "augusta", "septembra", "októbra", "novembra", "decembra", "marec",
    "siječnja", "veljače", "ožujka", "travnja", "svibnja", "lipnja", "srpnja", "kolovoza",
    "rujna", "studenoga", "prosinca", "siječanj", "veljača", "ožujak", "travanj", "svibanj",
    "lipanj", "srpanj", "kolovoz", "rujan", "studeni", "prosinac", "januarja", "februarja",
    "aprila", "junija", "julija", "avgusta", "oktobra", "avgust", "jaanuar", "veebruar", "märts",
    "aprill", "juuni", "juuli", "oktoober", "detsember", "jaanuaril", "janvāris", "februāris",
    "aprīlis", "maijs", "jūnijs", "jūlijs", "augusts", "septembris", "oktobris", "novembris",
    "decembris", "janvārī", "sausio", "vasario", "kovo", "balandžio", "gegužės", "birželio",
    "liepos", "rugpjūčio", "rugsėjo", "spalio", "lapkričio", "gruodžio", "janúar", "febrúar",
    "maí", "júní", "júlí", "ágúst", "nóvember", "януари", "февруари",
    "април", "юни", "юли", "септември", "октомври", "ноември",
    "декември",
    "يناير", "فبراير", "مارس", "أبريل", "ابريل", "إبريل", "مايو", "يونيو", "يونيه", "يوليو",
    "يوليه", "أغسطس", "اغسطس", "سبتمبر", "أكتوبر", "اكتوبر", "نوفمبر", "ديسمبر",
    "كانون", "شباط", "آذار", "نيسان", "أيار", "حزيران", "تموز", "آب", "أيلول", "تشرين",
    "ינואר", "פברואר", "מרץ", "מרס", "אפריל", "מאי", "יוני", "יולי", "אוגוסט", "ספטמבר",
    "אוקטובר", "נובמבר", "דצמבר", "בינואר", "בפברואר", "במרץ", "במרס", "באפריל", "במאי",
    "ביוני", "ביולי", "באוגוסט", "בספטמבר", "באוקטובר", "בנובמבר", "בדצמבר",
];

/// Words between the day and the month of a date.
const DATE_LINKS: [&str; 8] = ["de", "di", "do", "del", "of", "d", "da", "den"];

/// Signs and letters that make an amount of a number directly before them.
#[rustfmt::skip]
const AMOUNT_SIGNS: &[char] = &[
    '$', '€', '£', '¥', '￥', '₽', '₺', '₹', '₩', '₴', '₪', '₫', '฿', '¢',
    '%', '％', '‰', '°', '+', '×', '/', '=', '<', '>', '±', '万', '萬', '億', '亿',
];

/// Some of these signs may also be before their number.
#[rustfmt::skip]
const SIGNS_BEFORE: &[char] = &[
    '$', '€', '£', '¥', '￥', '₽', '₺', '₹', '₩', '₴', '₪', '₫', '฿', '+', '=', '<', '>',
];

/// Whether the text after a number makes an amount, a date or an age of it.
pub(crate) fn follows_amount(rest: &str) -> bool {
    let rest = rest.trim_start();
    if rest.starts_with(AMOUNT_SIGNS) {
        // In `1. $5`, the sign belongs to the number after it.
        let after = rest.strip_prefix(SIGNS_BEFORE);
        return !after.is_some_and(|after| after.starts_with(|c: char| c.is_ascii_digit()));
    }
    let mut words = rest
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase);
    let Some(first) = words.next() else { return false };
    let is_link = DATE_LINKS.contains(&first.as_str());
    is_amount_word(&first)
        || is_link && words.next().is_some_and(|word| is_month(&word))
        || first == "us" && words.next().is_some_and(|word| word.starts_with("dollar"))
}

/// Words that are looked up often.
type WordSet = HashSet<&'static str, FxBuildHasher>;

static MONTH_WORDS: LazyLock<WordSet> = LazyLock::new(|| MONTHS.iter().copied().collect());

/// The words after a number that make an amount, a date or an age of it.
static AMOUNT_WORDS: LazyLock<WordSet> = LazyLock::new(|| {
    let lists = [TIMES, AGES, MEASURES, CURRENCIES, MONTHS];
    lists.into_iter().flatten().copied().collect()
});

fn is_amount_word(word: &str) -> bool {
    AMOUNT_WORDS.contains(word)
}

/// Whether a word in small letters is the name of a month.
pub(in crate::section) fn is_month(word: &str) -> bool {
    MONTH_WORDS.contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_dates_and_ages_are_known() {
        for rest in [
            "Euro Strafe",
            "USD per month",
            "GB of storage",
            "% uptime",
            "€",
            "Juni ist der Tag",
            "Januar 2024: Beginn",
            "Lebensjahr vollendet",
            "de enero",
            "марта 2020",
            "MAYIS 2020",
            "Million users",
            "亿",
            "US-Dollar",
            "Birthday",
            "of June",
            "/2. Etage",
            "$ 5",
            "Mart: A",
            "hodin denně",
            "μήνες",
            "років",
            "januára",
        ] {
            assert!(follows_amount(rest), "{rest}");
        }
        for rest in [
            "$5 sells it",
            "Den registrerede",
            "An account",
            "Users",
            "Cookies",
            "You must not resell.",
            "个人信息",
            "US law",
            "",
            "Of the services",
        ] {
            assert!(!follows_amount(rest), "{rest}");
        }
    }
}
