//! Escapes text that is written as Markdown.

/// The text with everything escaped that Markdown would take for a mark. Lines after the first
/// begin with `indent`.
pub(super) fn escaped(text: &str, indent: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(escaped_line).collect();
    lines.join(&format!("\\\n{indent}"))
}

pub(super) fn escaped_line(line: &str) -> String {
    let mut escaped = String::with_capacity(line.len() + 8);
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    for (at, c) in line.char_indices() {
        let begins_block = at == 0 && matches!(c, '#' | '>' | '-' | '+' | '=' | '~' | ':');
        let ends_number = digits > 0 && at == digits && matches!(c, '.' | ')');
        let is_mark = matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '&' | '|' | '~' | '!');
        if begins_block || ends_number || is_mark {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
