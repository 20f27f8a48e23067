//! Text inside HTML.

use serde_json::Value;

/// Makes a text safe as content of an element and of a quoted attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Not allowed in HTML. A tab or a line break is.
            '\0'..='\u{8}' | '\u{b}' | '\u{e}'..='\u{1f}' | '\u{7f}' => {
                out.push(char::REPLACEMENT_CHARACTER);
            }
            other => out.push(other),
        }
    }
    out
}

/// Writes JSON that cannot end the `script` element around it, nor begin a comment in it.
pub(crate) fn script_json(value: &Value) -> String {
    let mut out = String::new();
    for character in value.to_string().chars() {
        match character {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            other => out.push(other),
        }
    }
    out
}

/// Writes a section with a heading that names it for screen readers.
pub(crate) fn section(id: &str, heading: &str, body: &str) -> String {
    let heading = escape(heading);
    format!(
        "<section id=\"{id}\" aria-labelledby=\"{id}-heading\">\n<h2 id=\"{id}-heading\">{heading}</h2>\n{body}</section>\n"
    )
}

/// Writes the place of a chart. To screen readers it is an image: the numbers are in a table.
pub(crate) fn plot(name: &str, description: &str) -> String {
    let description = escape(description);
    format!(
        "<div id=\"chart-{name}\" class=\"plot\" role=\"img\" aria-label=\"{description}\"></div>\n"
    )
}

/// Writes a paragraph of secondary text.
pub(crate) fn note(text: &str) -> String {
    format!("<p class=\"note\">{}</p>\n", escape(text))
}

/// A table, written row by row.
#[derive(Debug)]
pub(crate) struct Table {
    out: String,
}

impl Table {
    /// Begins a table. Columns whose names are marked with `true` hold numbers.
    pub(crate) fn new(id: &str, caption: &str, columns: &[(&str, bool)]) -> Self {
        let caption = escape(caption);
        let mut out = format!(
            "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{caption}\">\n<table id=\"{id}\">\n<caption>{caption}</caption>\n<thead><tr>"
        );
        for (name, is_number) in columns {
            let class = if *is_number { " class=\"n\"" } else { "" };
            out.push_str(&format!("<th scope=\"col\"{class}>{}</th>", escape(name)));
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        Self { out }
    }

    pub(crate) fn row(&mut self, class: &str, cells: &[TableCell]) {
        let class = match class {
            "" => String::new(),
            class => format!(" class=\"{class}\""),
        };
        self.out.push_str(&format!("<tr{class}>"));
        cells.iter().for_each(|cell| cell.write(&mut self.out));
        self.out.push_str("</tr>\n");
    }

    /// Ends the body; what follows are sums.
    pub(crate) fn foot(&mut self) {
        self.out.push_str("</tbody>\n<tfoot>\n");
    }

    pub(crate) fn finish(mut self) -> String {
        let end = if self.out.contains("<tfoot>") {
            "tfoot"
        } else {
            "tbody"
        };
        self.out.push_str(&format!("</{end}>\n</table>\n</div>\n"));
        self.out
    }
}

/// One cell of a [`Table`].
#[derive(Debug)]
pub(crate) enum TableCell {
    /// The name of the row.
    Name(String),
    /// The day of the row: how it is shown, and how a spreadsheet reads it.
    Day(String, String),
    Text(String),
    /// HTML that is safe already.
    Html(String),
    /// How a number is shown, and how a spreadsheet reads it.
    Number(String, String),
}

impl TableCell {
    fn write(&self, out: &mut String) {
        let html = match self {
            Self::Name(name) => format!("<th scope=\"row\" class=\"name\">{}</th>", escape(name)),
            Self::Day(shown, exact) => format!(
                "<th scope=\"row\" data-v=\"{exact}\"><time datetime=\"{exact}\">{}</time></th>",
                escape(shown)
            ),
            Self::Text(text) => format!("<td>{}</td>", escape(text)),
            Self::Html(html) => format!("<td>{html}</td>"),
            Self::Number(shown, exact) => format!(
                "<td class=\"n\" data-v=\"{}\">{}</td>",
                escape(exact),
                escape(shown)
            ),
        };
        out.push_str(&html);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn no_text_leaves_its_place() {
        assert_eq!(
            escape("</script><b a='\"'>&\0"),
            "&lt;/script&gt;&lt;b a=&#39;&quot;&#39;&gt;&amp;\u{fffd}"
        );
        let json = json!({ "</script><!--": "\u{2028}&<b>" });
        let text = script_json(&json);
        assert!(!text.contains(['<', '>', '&', '\u{2028}']));
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), json);
    }
}
