//! The fields of the index, as `schema/index.json` describes them, and the tokenizer of their
//! texts.

use serde::Deserialize;
use tantivy::Index;
use tantivy::schema::{
    BytesOptions, Field, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{Token as TantivyToken, TokenStream, Tokenizer};

use crate::token::{Tokens, tokens};

/// The name under which fineprint's tokens are registered.
const TOKENIZER: &str = "fineprint";

/// The description of the fields, compiled in.
pub(crate) const DESCRIPTION: &str = include_str!("../../../schema/index.json");

#[derive(Deserialize)]
struct Description {
    format: u32,
    fields: Vec<FieldDescription>,
}

#[derive(Deserialize)]
struct FieldDescription {
    name: String,
    #[serde(rename = "type")]
    value: ValueType,
    #[serde(default)]
    stored: bool,
    #[serde(default)]
    indexed: bool,
    #[serde(default)]
    fast: bool,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum ValueType {
    /// Tokens with positions.
    Text,
    /// Tokens without positions: which documents contain them.
    Words,
    /// A stored value without tokens.
    String,
    U64,
    I64,
    Bytes,
}

fn description() -> Description {
    serde_json::from_str(DESCRIPTION)
        .expect("the compiled-in description is valid: a test reads it")
}

/// The version of the index format that this program writes and reads.
pub(crate) fn format_version() -> u32 {
    description().format
}

/// The handles of all fields. `schema/index.json` describes each field under its name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    pub text: Field,
    pub section: Field,
    pub link: Field,
    pub lead_in: Field,
    pub earlier: Field,
    pub policy: Field,
    pub clause_id: Field,
    pub text_key: Field,
    pub order: Field,
    pub runs: Field,
    pub places: Field,
    pub furniture: Field,
    pub policy_tables: Field,
    pub times: Field,
    pub fractions: Field,
    pub technical: Field,
    pub ended: Field,
    pub ends: Field,
    pub langs: Field,
    pub chunk: Field,
    pub tables: Field,
    pub clauses: Field,
}

impl Fields {
    /// The handles of the fields in `schema`.
    ///
    /// # Errors
    ///
    /// A field is missing.
    pub fn of(schema: &Schema) -> tantivy::Result<Self> {
        Ok(Self {
            text: schema.get_field("text")?,
            section: schema.get_field("section")?,
            link: schema.get_field("link")?,
            lead_in: schema.get_field("lead_in")?,
            earlier: schema.get_field("earlier")?,
            policy: schema.get_field("policy")?,
            clause_id: schema.get_field("clause_id")?,
            text_key: schema.get_field("text_key")?,
            order: schema.get_field("order")?,
            runs: schema.get_field("runs")?,
            places: schema.get_field("places")?,
            furniture: schema.get_field("furniture")?,
            policy_tables: schema.get_field("policy_tables")?,
            times: schema.get_field("times")?,
            fractions: schema.get_field("fractions")?,
            technical: schema.get_field("technical")?,
            ended: schema.get_field("ended")?,
            ends: schema.get_field("ends")?,
            langs: schema.get_field("langs")?,
            chunk: schema.get_field("chunk")?,
            tables: schema.get_field("tables")?,
            clauses: schema.get_field("clauses")?,
        })
    }
}

/// The schema that `schema/index.json` describes.
pub(crate) fn schema() -> Schema {
    let mut builder = Schema::builder();
    for field in description().fields {
        let name = field.name.as_str();
        match field.value {
            ValueType::Text => builder.add_text_field(name, text_options(field.stored)),
            ValueType::Words => builder.add_text_field(name, words_options()),
            ValueType::String => builder.add_text_field(name, TextOptions::default().set_stored()),
            ValueType::U64 => builder.add_u64_field(name, numeric_options(&field)),
            ValueType::I64 => builder.add_i64_field(name, numeric_options(&field)),
            ValueType::Bytes => builder.add_bytes_field(name, BytesOptions::default().set_stored()),
        };
    }
    builder.build()
}

fn text_options(is_stored: bool) -> TextOptions {
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(TOKENIZER)
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let options = TextOptions::default().set_indexing_options(indexing);
    if is_stored { options.set_stored() } else { options }
}

fn words_options() -> TextOptions {
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(TOKENIZER)
        .set_index_option(IndexRecordOption::Basic)
        .set_fieldnorms(false);
    TextOptions::default().set_indexing_options(indexing)
}

fn numeric_options(field: &FieldDescription) -> NumericOptions {
    let options = if field.indexed {
        NumericOptions::default().set_indexed()
    } else {
        NumericOptions::default()
    };
    let options = if field.fast { options.set_fast() } else { options };
    if field.stored { options.set_stored() } else { options }
}

/// Gives an index the tokenizer of its fields. An index that was opened or created has none yet.
pub(crate) fn register_tokenizer(index: &Index) {
    index.tokenizers().register(TOKENIZER, ClauseTokenizer::default());
}

/// Cuts texts into the tokens of [`crate::token`], in the form that tantivy takes.
#[derive(Clone, Default)]
struct ClauseTokenizer {
    /// One token for all texts, since each new one allocates.
    token: TantivyToken,
}

struct ClauseTokens<'t> {
    text: &'t str,
    tokens: Tokens<'t>,
    token: &'t mut TantivyToken,
}

impl Tokenizer for ClauseTokenizer {
    type TokenStream<'t> = ClauseTokens<'t>;

    fn token_stream<'t>(&'t mut self, text: &'t str) -> ClauseTokens<'t> {
        // One before the first position; `advance` adds one with wrapping.
        self.token.position = usize::MAX;
        ClauseTokens { text, tokens: tokens(text), token: &mut self.token }
    }
}

impl TokenStream for ClauseTokens<'_> {
    fn advance(&mut self) -> bool {
        let Some(token) = self.tokens.next() else { return false };
        self.token.position = self.token.position.wrapping_add(1);
        self.token.offset_from = token.range.start;
        self.token.offset_to = token.range.end;
        self.token.text.clear();
        token.push_term(self.text, &mut self.token.text);
        true
    }

    fn token(&self) -> &TantivyToken {
        self.token
    }

    fn token_mut(&mut self) -> &mut TantivyToken {
        self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_is_the_schema() {
        assert_eq!(format_version(), 6);
        let schema = schema();
        assert_eq!(schema.num_fields(), 22);
        assert!(Fields::of(&schema).is_ok());
    }
}
