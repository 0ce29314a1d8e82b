//! Loads the YAML of front matter: one mapping of scalars, lists and mappings.
//!
//! The parser library gives events. This file builds values from them, within limits, and resolves
//! scalars by the core schema of YAML 1.2 (<https://yaml.org/spec/1.2.2/#103-core-schema>). Every
//! scalar keeps its text, so that a company called `1.10` keeps its name.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, StrInput, Tag};
use serde_json::{Map, Number, Value};

/// The largest depth of lists and mappings. Front matter in use has a depth of about three.
const MAX_DEPTH: usize = 64;

/// The largest size of all copies that aliases make, in bytes of text and in values. Without a
/// limit, a few lines of aliases to aliases would fill memory.
const MAX_ALIAS_SIZE: usize = 1 << 20;

/// The text is not YAML, or is beyond the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct InvalidYaml {
    /// The line where the parser stopped, from 1.
    pub line: usize,
}

/// A field of the outer mapping.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct YamlField {
    /// The key.
    pub key: String,
    /// The value.
    pub value: YamlValue,
    /// The line of the key, from 1.
    pub line: usize,
}

/// A value in YAML.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum YamlValue {
    /// A scalar.
    Scalar {
        /// The text, without quotes and with escapes resolved.
        text: String,
        /// Whether the text may mean null, a truth value or a number. A quoted text may not.
        is_typed: bool,
    },
    /// A list.
    List(Vec<YamlValue>),
    /// A mapping within the outer mapping. Its keys may repeat.
    Mapping(Vec<(String, YamlValue)>),
}

impl YamlValue {
    /// The text of a scalar as it is written. Null has none.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Scalar { text, is_typed } => (!is_typed || !is_null(text)).then_some(text),
            Self::List(_) | Self::Mapping(_) => None,
        }
    }

    /// The value as JSON. Numbers that JSON does not have become texts.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Scalar { text, is_typed: true } => resolve(text),
            Self::Scalar { text, is_typed: false } => Value::from(text.as_str()),
            Self::List(values) => values.iter().map(Self::to_json).collect(),
            Self::Mapping(fields) => {
                json_object(fields.iter().map(|(key, value)| (key.as_str(), value))).into()
            }
        }
    }

    /// The bytes of text in the value plus the number of values.
    fn size(&self) -> usize {
        match self {
            Self::Scalar { text, .. } => 1 + text.len(),
            Self::List(values) => 1 + values.iter().map(Self::size).sum::<usize>(),
            Self::Mapping(fields) => {
                1 + fields.iter().map(|(key, value)| key.len() + value.size()).sum::<usize>()
            }
        }
    }
}

/// The fields as one JSON object. The values of a key that repeats are one list.
pub(super) fn json_object<'f>(
    fields: impl Iterator<Item = (&'f str, &'f YamlValue)>,
) -> Map<String, Value> {
    let mut object = Map::new();
    for (key, value) in fields {
        match object.get_mut(key) {
            Some(earlier) => add_value(earlier, value.to_json()),
            None => drop(object.insert(key.to_owned(), value.to_json())),
        }
    }
    object
}

/// Adds a further value of a key to those before. An empty value is none.
fn add_value(earlier: &mut Value, value: Value) {
    if is_empty(&value) || *earlier == value {
        return;
    }
    if is_empty(earlier) {
        *earlier = value;
        return;
    }
    let mut values = match earlier.take() {
        Value::Array(values) => values,
        first => vec![first],
    };
    match value {
        Value::Array(more) => values.extend(more),
        value => values.push(value),
    }
    *earlier = Value::Array(values);
}

/// Whether a value is null, or has nothing in it.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Loads the fields of a mapping in their order. Keys may repeat. Returns `None` if the text is
/// YAML but not one mapping.
///
/// # Errors
///
/// The text is not YAML, or is beyond the limits.
pub(super) fn load(text: &str) -> Result<Option<Vec<YamlField>>, InvalidYaml> {
    let parser = Parser::new_from_str(text);
    let mut loader = YamlLoader { parser, line: 1, anchors: HashMap::new(), alias_size: 0 };
    loader.document()
}

/// Builds values from the events of the parser.
struct YamlLoader<'t> {
    parser: Parser<'t, StrInput<'t>>,
    /// The line of the last event, from 1.
    line: usize,
    /// The values with an anchor, by its number. The parser numbers anchors from 1.
    anchors: HashMap<usize, YamlValue>,
    /// The size of all copies so far.
    alias_size: usize,
}

impl<'t> YamlLoader<'t> {
    /// The next event, or `None` after the last.
    fn next_event(&mut self) -> Result<Option<Event<'t>>, InvalidYaml> {
        match self.parser.next_event().transpose() {
            Ok(next) => Ok(next.map(|(event, span)| {
                self.line = span.start.line();
                event
            })),
            Err(error) => Err(InvalidYaml { line: error.marker().line() }),
        }
    }

    /// The next event of a document that has not ended.
    fn next(&mut self) -> Result<Event<'t>, InvalidYaml> {
        self.next_event()?.ok_or(self.invalid())
    }

    /// The document is invalid at the last event.
    fn invalid(&self) -> InvalidYaml {
        InvalidYaml { line: self.line }
    }

    fn document(&mut self) -> Result<Option<Vec<YamlField>>, InvalidYaml> {
        let mut event = self.next()?;
        while matches!(event, Event::StreamStart | Event::DocumentStart(_)) {
            event = self.next()?;
        }
        let fields = match event {
            Event::MappingStart(..) => Some(self.fields(0)?),
            Event::StreamEnd => return Ok(None),
            _ => {
                self.value(event, 0)?;
                None
            }
        };
        // The rest is read too, because it may be invalid or a second document.
        while let Some(event) = self.next_event()? {
            match event {
                Event::DocumentEnd | Event::StreamEnd => {}
                _ => return Ok(None),
            }
        }
        Ok(fields)
    }

    /// Reads the fields of a mapping up to its end.
    fn fields(&mut self, depth: usize) -> Result<Vec<YamlField>, InvalidYaml> {
        let mut fields = Vec::new();
        loop {
            let event = self.next()?;
            let line = self.line;
            if matches!(event, Event::MappingEnd) {
                return Ok(fields);
            }
            let YamlValue::Scalar { text: key, .. } = self.value(event, depth + 1)? else {
                return Err(self.invalid());
            };
            let event = self.next()?;
            let value = self.value(event, depth + 1)?;
            fields.push(YamlField { key, value, line });
        }
    }

    /// Reads the value that begins with an event.
    fn value(&mut self, event: Event<'t>, depth: usize) -> Result<YamlValue, InvalidYaml> {
        if depth > MAX_DEPTH {
            return Err(self.invalid());
        }
        let (anchor, value) = match event {
            Event::Alias(anchor) => return self.copy(anchor),
            Event::Scalar(text, style, anchor, tag) => {
                let is_typed = is_typed(style, tag.as_deref());
                (anchor, YamlValue::Scalar { text: text.into_owned(), is_typed })
            }
            Event::SequenceStart(anchor, _) => (anchor, self.list(depth)?),
            Event::MappingStart(anchor, _) => {
                let fields = self.fields(depth)?.into_iter();
                let fields = fields.map(|field| (field.key, field.value)).collect();
                (anchor, YamlValue::Mapping(fields))
            }
            _ => return Err(self.invalid()),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }

    fn list(&mut self, depth: usize) -> Result<YamlValue, InvalidYaml> {
        let mut values = Vec::new();
        loop {
            match self.next()? {
                Event::SequenceEnd => return Ok(YamlValue::List(values)),
                event => values.push(self.value(event, depth + 1)?),
            }
        }
    }

    /// Copies the value of an alias. A value that contains an alias to itself is invalid.
    fn copy(&mut self, anchor: usize) -> Result<YamlValue, InvalidYaml> {
        let value = self.anchors.get(&anchor).ok_or(self.invalid())?;
        self.alias_size += value.size();
        if self.alias_size > MAX_ALIAS_SIZE {
            return Err(self.invalid());
        }
        Ok(value.clone())
    }
}

/// Whether a scalar may mean null, a truth value or a number: a plain scalar may, and a tag of the
/// core schema other than `!!str` asks for it.
fn is_typed(style: ScalarStyle, tag: Option<&Tag>) -> bool {
    match tag {
        Some(tag) => tag.is_yaml_core_schema() && tag.suffix != "str",
        None => style == ScalarStyle::Plain,
    }
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// Resolves a scalar by the core schema.
fn resolve(text: &str) -> Value {
    match text {
        _ if is_null(text) => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => match integer(text).or_else(|| float(text)) {
            Some(number) => Value::Number(number),
            None => Value::from(text),
        },
    }
}

/// Reads an integer: decimal with a sign, octal (`0o17`) or hexadecimal (`0xff`).
fn integer(text: &str) -> Option<Number> {
    if let Some(digits) = text.strip_prefix("0o") {
        return unsigned(digits, 8);
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return unsigned(digits, 16);
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !is_digits(digits) {
        return None;
    }
    text.parse::<i64>().map(Number::from).or_else(|_| text.parse::<u64>().map(Number::from)).ok()
}

fn unsigned(digits: &str, radix: u32) -> Option<Number> {
    // The standard library would accept a sign as well.
    let is_valid = digits.chars().all(|c| c.is_digit(radix));
    if is_valid { u64::from_str_radix(digits, radix).ok().map(Number::from) } else { None }
}

/// Reads a decimal number with a fraction, an exponent or both.
fn float(text: &str) -> Option<Number> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let is_mantissa = match mantissa.split_once('.') {
        Some(("", fraction)) => is_digits(fraction),
        Some((whole, fraction)) => is_digits(whole) && (fraction.is_empty() || is_digits(fraction)),
        // An integer that is too large for an integer keeps its digits as a text.
        None => is_digits(mantissa) && exponent.is_some(),
    };
    let is_exponent = exponent
        .is_none_or(|exponent| is_digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent)));
    if is_mantissa && is_exponent { Number::from_f64(text.parse().ok()?) } else { None }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mapping as JSON.
    fn json(text: &str) -> String {
        let fields = load(text).unwrap().unwrap();
        let fields = fields.into_iter().map(|field| (field.key, field.value.to_json()));
        Value::Object(fields.collect()).to_string()
    }

    #[test]
    fn scalars_are_resolved_by_the_core_schema() {
        for (yaml, expected) in [
            ("7", "7"),
            ("-12", "-12"),
            ("+3", "3"),
            ("0o17", "15"),
            ("0xFF", "255"),
            ("18446744073709551615", "18446744073709551615"),
            ("18446744073709551616", r#""18446744073709551616""#),
            ("1.50", "1.5"),
            (".5", "0.5"),
            ("1e3", "1000.0"),
            ("1e400", r#""1e400""#),
            (".inf", r#"".inf""#),
            ("1.2.3", r#""1.2.3""#),
            ("0o9", r#""0o9""#),
            ("True", "true"),
            ("FALSE", "false"),
            ("yes", r#""yes""#),
            ("~", "null"),
            ("", "null"),
            ("'7'", r#""7""#),
            ("\"true\"", r#""true""#),
            ("!!str 7", r#""7""#),
            ("!!int \"7\"", "7"),
            ("!own 7", r#""7""#),
            ("2001-02-03", r#""2001-02-03""#),
        ] {
            assert_eq!(json(&format!("a: {yaml}\n")), format!("{{\"a\":{expected}}}"), "{yaml}");
        }
    }

    #[test]
    fn texts_over_several_lines() {
        assert_eq!(json("a: >\n  Acme\n  Inc.\nb: |-\n  one\n  two\n"), {
            r#"{"a":"Acme Inc.\n","b":"one\ntwo"}"#
        });
        let folded = json("a: one\n  two\nb: \"three\n  four\"\n");
        assert_eq!(folded, r#"{"a":"one two","b":"three four"}"#);
        assert_eq!(json("a: \"Caf\\u00e9 \\x41\\t\\\"\"\n"), r#"{"a":"Café A\t\""}"#);
    }

    #[test]
    fn lists_mappings_and_aliases() {
        assert_eq!(
            json("a: [x, \"y, z\", {k: 1}]\nb:\n- 1\n- - 2\nc:\n  d:\n    e: f\n"),
            r#"{"a":["x","y, z",{"k":1}],"b":[1,[2]],"c":{"d":{"e":"f"}}}"#
        );
        assert_eq!(json("a: &x {k: [1]}\nb: *x\n"), r#"{"a":{"k":[1]},"b":{"k":[1]}}"#);
        let lines: Vec<_> = load("a: 1\n\n# c\nb: 2\n").unwrap().unwrap();
        assert_eq!(lines.iter().map(|field| field.line).collect::<Vec<_>>(), [1, 4]);
    }

    #[test]
    fn values_of_a_repeated_key_are_one_list() {
        for (yaml, expected) in [
            ("a: 1\na: 2\na: 2\n", r#"{"a":[1,2,2]}"#),
            ("a: 1\na: 1\n", r#"{"a":1}"#),
            ("a: [x]\na: [y, z]\na: w\n", r#"{"a":["x","y","z","w"]}"#),
            ("a: {b: 1}\na: {b: 2}\n", r#"{"a":[{"b":1},{"b":2}]}"#),
            ("a:\n  b: 1\n  b: 2\n", r#"{"a":{"b":[1,2]}}"#),
            ("a: x\na:\na: ''\na: []\na: {}\na: ~\n", r#"{"a":"x"}"#),
            ("a:\na: x\n", r#"{"a":"x"}"#),
            ("a: ''\na: false\na: 0\n", r#"{"a":[false,0]}"#),
        ] {
            let fields = load(yaml).unwrap().unwrap();
            let fields = fields.iter().map(|field| (field.key.as_str(), &field.value));
            assert_eq!(Value::Object(json_object(fields)).to_string(), expected, "{yaml}");
        }
    }

    #[test]
    fn invalid_yaml_has_the_line_to_mend() {
        for (text, line) in [
            ("a: b\nc: d: e\nf: g\n", 2),
            ("a: @b\nc: d\n", 1),
            ("a: b\nc: *d\n", 2),
            ("a: b\nc: 'd' e\nf: g\n", 2),
            ("a: b\nc: `d`\n", 2),
            ("a: b\n[c]: d\n", 2),
        ] {
            assert_eq!(load(text), Err(InvalidYaml { line }), "{text}");
        }
    }

    #[test]
    fn other_documents_are_no_mapping() {
        for text in ["", "text", "- a\n- b", "# a comment", "a: b\n--- c\n"] {
            assert_eq!(load(text), Ok(None), "{text}");
        }
        for text in ["a: b: c", "a: *x", "a: &x [*x]", "a: [", "a: @b", "[x]: y"] {
            assert!(load(text).is_err(), "{text}");
        }
    }

    #[test]
    fn attacks_end() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..20 {
            let alias = format!("*a{}", level - 1);
            let list = vec![alias; 10].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{list}]\n"));
        }
        assert_eq!(load(&bomb), Err(InvalidYaml { line: 6 }));
        assert!(load(&format!("a: {}", "[".repeat(100_000))).is_err());
        let deep: String = (0..2000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
        assert_eq!(load(&deep), Err(InvalidYaml { line: MAX_DEPTH + 1 }));
    }
}
