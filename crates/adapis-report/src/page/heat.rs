//! The heat map of prices.

use crate::charts::shade_colour;
use crate::derive::{Measure, Numbers};
use crate::page::Page;
use crate::page::html::{escape, note, plot, section};
use crate::words::fill;

impl Page<'_> {
    pub(super) fn heat(&self, numbers: &Numbers<'_>) -> String {
        let (format, words, heat) = (self.format, self.words, &numbers.heat);
        let heading = fill(
            words.heat,
            &[words.measure(Measure::Ecpm, self.report.money)],
        );
        if heat.cells.is_empty() {
            return section("heat", &heading, &note(words.heat_none));
        }
        let count = format.count(heat.names.len());
        let text = fill(words.heat_text, &[&self.measured(Measure::Ecpm), &count]);
        let mut body = note(&text);
        body.push_str("<figure>\n<ul class=\"legend\">\n");
        for (shade, (low, high)) in heat.shades.iter().enumerate() {
            let low = format.bare(Measure::Ecpm, *low);
            let high = format.bare(Measure::Ecpm, *high);
            let range = if low == high {
                low
            } else {
                format!("{low} – {high}")
            };
            body.push_str(&format!(
                "<li><span class=\"swatch\" style=\"background: var({})\" aria-hidden=\"true\"></span>{}</li>\n",
                shade_colour(shade, heat.shades.len()),
                escape(&range)
            ));
        }
        body.push_str("</ul>\n");
        let label = escape(&heading);
        body.push_str(&format!(
            "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{label}\"><div class=\"wide\">\n{}</div></div>\n</figure>\n",
            plot("heat", &format!("{heading}. {text}"))
        ));
        section("heat", &heading, &body)
    }
}
