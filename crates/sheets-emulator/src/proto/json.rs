//! Protocol-buffer JSON as Google reads and writes it: camelCase and `snake_case` names, null for absent fields, omitted
//! defaults, single-precision colors.
//!
//! Source: <https://protobuf.dev/programming-guides/json/>

use serde_json::{Map, Number, Value, json};

/// Converts `row_count` to `rowCount`; a name without underscores is unchanged.
pub fn camel_case(name: &str) -> String {
    let mut result = String::with_capacity(name.len());
    let mut raise = false;
    for letter in name.chars() {
        if letter == '_' {
            raise = !result.is_empty();
        } else if raise {
            result.extend(letter.to_uppercase());
            raise = false;
        } else {
            result.push(letter);
        }
    }
    result
}

/// Converts `rowCount` to `row_count`, the form in Google's error messages.
pub fn snake_case(name: &str) -> String {
    let mut result = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            result.push('_');
        }
        result.push(letter.to_ascii_lowercase());
    }
    result
}

/// Whether protocol buffers omit the value as a default: `false`, 0, an empty string or list.
pub fn is_default(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(flag) => !flag,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(_) => false,
    }
}

/// Removes default values of one message, but not of nested messages.
pub fn without_defaults(fields: &mut Map<String, Value>) {
    fields.retain(|_, value| !is_default(value));
}

/// JSON number; whole numbers without a decimal point.
pub fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
        return Value::from(value as i64);
    }
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

/// Normalizes a color: stored in 8 bits per channel and returned in single precision, so 0.5 becomes 0.49803922 and 0
/// is omitted.
fn normalize_color(fields: &mut Map<String, Value>) {
    for (name, value) in fields.iter_mut() {
        if let (true, Some(amount)) = (
            matches!(name.as_str(), "red" | "green" | "blue" | "alpha"),
            value.as_f64(),
        ) {
            // The offset keeps 66/255 in single precision from being rounded down to 65.
            let channel = (amount * 255.0 + 1e-4).floor().clamp(0.0, 255.0);
            #[expect(clippy::cast_possible_truncation, reason = "this loss is what the real service does")]
            let single = (channel / 255.0) as f32;
            *value = number(single.to_string().parse().unwrap_or(amount));
        }
    }
    without_defaults(fields);
}

/// Fills in the second field of every color (`backgroundColor` and `backgroundColorStyle`) and normalizes the values.
pub fn pair_colors(fields: &mut Map<String, Value>) {
    let names: Vec<String> = fields.keys().filter(|name| is_color_field(name)).cloned().collect();
    for name in names {
        if let Some(Value::Object(plain)) = fields.get_mut(&name) {
            normalize_color(plain);
            let style = json!({ "rgbColor": plain });
            fields.entry(format!("{name}Style")).or_insert(style);
        }
    }
    // A color style without a color means "no color"; an empty color means black.
    fields.retain(|name, value| !is_color_style_field(name) || value.as_object().is_none_or(|style| !style.is_empty()));
    let styles: Vec<String> = fields
        .keys()
        .filter(|name| is_color_style_field(name))
        .cloned()
        .collect();
    for name in styles {
        let plain = fields
            .get_mut(&name)
            .and_then(|style| style.get_mut("rgbColor"))
            .and_then(Value::as_object_mut);
        if let Some(plain) = plain {
            normalize_color(plain);
            let plain = Value::Object(plain.clone());
            fields.insert(name.trim_end_matches("Style").to_owned(), plain);
        }
    }
    for value in fields.values_mut() {
        if let Value::Object(inner) = value {
            pair_colors(inner);
        }
    }
}

fn is_color_field(name: &str) -> bool {
    name == "tabColor" || name == "backgroundColor" || name == "foregroundColor"
}

fn is_color_style_field(name: &str) -> bool {
    name.strip_suffix("Style").is_some_and(is_color_field)
}

/// Removes the second field of a color when a mask selects only the first, because it is stale and is derived again.
pub fn remove_stale_color_field(selected: &dyn Fn(&str) -> bool, fields: &mut Map<String, Value>) {
    for plain in ["tabColor", "backgroundColor", "foregroundColor"] {
        let style = format!("{plain}Style");
        match (selected(plain), selected(&style)) {
            (true, false) => {
                fields.remove(&style);
            }
            (false, true) => {
                fields.remove(plain);
            }
            _ => {}
        }
    }
}
