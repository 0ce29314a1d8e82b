//! Date stamps, recognised in a naive way: all words around one date belong to a known list.

/// Words of which every stamp has one.
const STAMPS: &str = "\
    updated update updates effective revised revision modified amended posted published \
    dated version stand aktualisiert aktualisierung geändert änderung gültig \
    inkrafttreten fassung überarbeitet jour actualisation actualisé actualisée \
    modification modifié modifiée vigueur révision actualización actualizado actualizada \
    vigencia vigor modificación revisión atualização atualizado atualizada vigência \
    modificação revisão aggiornamento aggiornato aggiornata vigore modifica revisione \
    bijgewerkt gewijzigd wijziging ingangsdatum herzien aktualizacja zaktualizowano \
    aktualizacji obowiązuje zmiana życie güncelleme güncellenme güncellendi yürürlük \
    обновление обновления обновлено редакция изменение изменения силу uppdaterad \
    uppdaterades opdateret oppdatert päivitetty aktualizace aktualizováno účinnost \
    تحديث تعديل السريان سريان עדכון עודכן עודכנה בתוקף תוקף";

/// Other words of stamps.
const OTHERS: &str = "\
    ab aggiornamenti am and as conditions cookie d da data date datum de del den der \
    dernière des desde di die dne dnia do document du el em en entrada entrée fecha from \
    il in is l la laatst laatste last latest le letzte letzter mis mise most notice od of \
    on op ostatnia ostatniej our page policy poslední privacy recently senast senest \
    service since sist son statement tarih tarihi terms the these this ultima ultimo use \
    van viimeksi vom w was wejścia were z zuletzt zum à última último в вступления дата \
    от последнего последнее последняя с آخر تاريخ في بتاريخ تم من לאחרונה אחרון אחרונה \
    תאריך ביום מיום כניסה הכניסה לתוקף";

/// Stamps in scripts without spaces.
const UNSPACED: &str = "\
    修订日期 制定 制定日 发布日期 改定 改定日 改訂 改訂日 施行 施行日 更新日期 更新时间 最后更新 最后更新日期 最後更新 最後更新日期 最終改定日 最終更新 \
    最終更新日 最近更新 最近更新日期 本版更新日期 本版生效日期 生效日期 生效时间 개정일 개정일자 공고일자 시행일 시행일자 업데이트 최종개정일 최종수정일 \
    최종업데이트";

/// Months and their short forms.
const MONTHS: &str = "\
    abr abril ago agosto aout août apr april aprile aprilie aralık aug august augusti \
    augustus augusztus avr avril ağustos března czerwca czerwiec dec december decembre \
    decembrie desember dez dezember dezembro dic dicembre diciembre dubna déc décembre \
    ekim elokuuta ene enero eylül feb febbraio febrero februar februari februarie \
    february február fev fevereiro fevrier févr février gen gennaio giu giugno grudnia \
    grudzień haziran heinäkuuta helmikuuta huhtikuuta ianuarie iulie iunie jan janeiro \
    januar januari january január janv janvier joulukuuta juil juillet juin jul julho \
    juli julio july jun june junho juni junio jänner július június kasım kesäkuuta května \
    kwiecień kwietnia ledna lipca lipiec listopad listopada listopadu lokakuuta lug \
    luglio lutego luty maaliskuuta maart maerz mag maggio mai maio maj maja mar marca \
    march marco marraskuuta mars martie marts marzec marzo março may mayo mayıs mei mrt \
    május március mär märz nisan noiembrie nov november novembre novembro noviembre ocak \
    oct october octobre octombrie octubre okt oktober október ott ottobre outubro \
    październik października prosince sep sept september septembre septembrie septiembre \
    setembro setiembre settembre sierpień sierpnia srpna styczeń stycznia syyskuuta \
    szeptember tammikuuta temmuz toukokuuta wrzesień września září április února července \
    června října şubat απριλίου αυγούστου δεκεμβρίου ιανουαρίου ιουλίου ιουνίου μαΐου \
    μαίου μαρτίου νοεμβρίου οκτωβρίου σεπτεμβρίου φεβρουαρίου август августа апрель \
    апреля березня вересня грудня декабрь декабря жовтня июль июля июнь июня квітня липня \
    листопада лютого май март марта мая ноябрь ноября октябрь октября сентябрь сентября \
    серпня січня травня февраль февраля червня январь января \
    يناير فبراير مارس أبريل ابريل إبريل مايو يونيو \
    يونيه يوليو يوليه أغسطس اغسطس سبتمبر أكتوبر اكتوبر نوفمبر ديسمبر كانون شباط آذار \
    نيسان أيار حزيران تموز آب أيلول تشرين ינואר פברואר מרץ מרס אפריל מאי יוני יולי \
    אוגוסט ספטמבר אוקטובר נובמבר דצמבר בינואר בפברואר במרץ במרס באפריל במאי ביוני ביולי \
    באוגוסט בספטמבר באוקטובר בנובמבר בדצמבר";

const LINKS: &str = "st nd rd th er º de of the del di г года r roku";

fn is_in(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|known| known == word)
}

/// The words of a date stamp around its date, if `text` is one.
pub fn date_stamp(text: &str) -> Option<String> {
    if text.len() > 160 || !text.contains(char::is_numeric) {
        return None;
    }
    let mut spaced = String::new();
    let mut was_digit = false;
    for c in text.chars().flat_map(char::to_lowercase) {
        let foreign = "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹".chars().position(|digit| digit == c);
        let c = foreign.map_or(c, |at| "01234567890123456789".chars().nth(at).unwrap());
        // A number is a word of its own.
        if c.is_ascii_digit() != was_digit {
            spaced.push(' ');
        }
        was_digit = c.is_ascii_digit();
        spaced.push(if c.is_alphanumeric() { c } else { ' ' });
    }
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let number = |word: &&str| word.len() <= 4 && word.chars().all(|c| c.is_ascii_digit());
    let part =
        |word: &&str| number(word) || is_in(MONTHS, word) || is_in("年 月 日 년 월 일", word);
    let first = words.iter().position(part)?;
    let last = words.iter().rposition(part)?;
    let end = words[last + 1..].iter().position(|word| !is_in(LINKS, word));
    let end = end.map_or(words.len(), |end| last + 1 + end);
    let date = &words[first..end];
    let year = |word: &&str| number(word) && word.len() == 4 && "12".contains(&word[..1]);
    let counts = (
        date.iter().filter(|word| year(word)).count(),
        date.iter().filter(|word| number(word) && !year(word)).count(),
        date.iter().filter(|word| is_in(MONTHS, word)).count(),
    );
    let is_long = [(1, 0, 1), (1, 1, 1), (1, 2, 0)].contains(&counts)
        && date.iter().all(|word| part(word) || is_in(LINKS, word));
    let slashed = text.split_whitespace().filter(|word| word.contains('/')).collect::<Vec<_>>();
    let is_short = counts == (0, 3, 0)
        && date.len() == 3
        && date.iter().all(|number| number.len() < 3)
        && slashed.len() == 1
        && slashed[0].trim_end_matches(['.', ',', ')']) == date.join("/");
    let is_date = is_long || is_short;
    let others: Vec<&str> = [&words[..first], &words[end..]].concat();
    let is_spaced = (others.iter().any(|word| is_in(STAMPS, word))
        || others == ["as", "of"]
        || others == ["as", "at"])
        && others.iter().all(|word| is_in(STAMPS, word) || is_in(OTHERS, word));
    let is_stamp = is_spaced || is_in(UNSPACED, &others.concat());
    (is_date && is_stamp).then(|| others.join(" "))
}
