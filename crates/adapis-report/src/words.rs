//! The texts of a page. `{}` is filled in from the left.

use crate::derive::Measure;
use crate::report::{Grouping, Language, Money, Report};

macro_rules! words {
    ($($name:ident),* $(,)?) => {
        /// The texts of a page in one language.
        #[derive(Debug)]
        pub(crate) struct Words {
            pub(crate) code: &'static str,
            pub(crate) weekdays: [&'static str; 7],
            $(pub(crate) $name: &'static str,)*
        }
    };
}

words! {
    generated, no_data, no_name, others, charts_need_script, chart_failed, state, open, missing, day, weekday, share,
    freshness, days_there, days_missing, days_open, days_suspect, last_run, reconciled, yes, no, none, not_compared,
    not_known, and_more, yesterday, latest_day, yesterday_open, yesterday_missing, week_before, median,
    money_income, money_cost, impressions, clicks, ctr, ecpm, cpm, cpc,
    by_site, by_campaign, by_banner, by_domain, by_placement, by_dimension, by_text, by_open, by_table,
    site, campaign, banner, domain, placement,
    movers, movers_text, movers_open, movers_none, movers_more, before, after, change, volume, price, total,
    heat, heat_text, heat_none, odd, odd_text, odd_open, odd_days, odd_none, odd_more, value, usual, difference, everything,
    silent, silent_since, silent_none, silent_small, late, late_none, late_until, late_never, days_after, pulled, changed,
    median_change, largest_change, table, table_text, copy, copied, copy_failed, short_number,
}

const ENGLISH: Words = Words {
    code: "en",
    weekdays: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    generated: "Generated {}",
    no_data: "There are no rows.",
    no_name: "(no name)",
    others: "{} others",
    charts_need_script: "The charts need JavaScript. All numbers are in the text and the tables.",
    chart_failed: "The chart could not be drawn.",
    state: "State",
    open: "open",
    missing: "missing",
    day: "Day",
    weekday: "Weekday",
    share: "Share, %",
    freshness: "Freshness",
    days_there: "Days present",
    days_missing: "Missing",
    days_open: "Open, may still change",
    days_suspect: "In doubt: held back, or not confirmed by the vendor's totals",
    last_run: "Last run",
    reconciled: "Matches the vendor’s totals",
    yes: "Yes",
    no: "No",
    none: "None",
    not_compared: "Not compared",
    not_known: "Not known",
    and_more: "and {} more",
    yesterday: "Yesterday, {}",
    latest_day: "The latest day, {}",
    yesterday_open: "This day is still open: its numbers may change.",
    yesterday_missing: "There are no rows for this day.",
    week_before: "a week before",
    median: "median of 28 days",
    money_income: "Income",
    money_cost: "Cost",
    impressions: "Impressions",
    clicks: "Clicks",
    ctr: "CTR",
    ecpm: "eCPM",
    cpm: "CPM",
    cpc: "CPC",
    by_site: "By day and site",
    by_campaign: "By day and campaign",
    by_banner: "By day and banner",
    by_domain: "By day and domain",
    by_placement: "By day and placement",
    by_dimension: "By day and {}",
    by_text: "{} by day, from {} to {}.",
    by_open: "Open days are hatched.",
    by_table: "All totals of these days ({})",
    site: "Site",
    campaign: "Campaign",
    banner: "Banner",
    domain: "Domain",
    placement: "Placement",
    movers: "What moved",
    movers_text: "{} of the last week against the week before ({} days each). Volume is the part of a change that comes from the number of impressions, price the part that comes from the price per thousand.",
    movers_open: "The last week has days that are still open.",
    movers_none: "There is nothing to compare, or nothing changed.",
    movers_more: "{} more changed less.",
    before: "Before",
    after: "After",
    change: "Change",
    volume: "Volume",
    price: "Price",
    total: "Total",
    heat: "{} by day",
    heat_text: "{}: money per thousand impressions of the {} largest. Each shade covers about the same number of squares.",
    heat_none: "There is no day with both money and impressions.",
    odd: "Unusual numbers",
    odd_text: "{}: days of the last seven that differ from the median of their weekday in the eight weeks before by more than four times the usual deviation (the median deviation, MAD), and by at least 1% of the total. Of several days the one with the largest difference is shown.",
    odd_open: "Open days may still change.",
    odd_days: "Unusual days of 7",
    odd_none: "Nothing is far from what is usual for its weekday.",
    odd_more: "{} more, with smaller differences.",
    value: "Value",
    usual: "Usual",
    difference: "Difference",
    everything: "Total",
    silent: "Fallen silent",
    silent_since: "Silent since",
    silent_none: "None of those that had numbers has fallen silent.",
    silent_small: "Silent, with less than 1% of the total each: {}.",
    late: "Late changes",
    late_none: "No day has been pulled again yet.",
    late_until: "Days changed until {} days after their end, by at most {}.",
    late_never: "No day changed when it was pulled again.",
    days_after: "Days after",
    pulled: "Pulled again",
    changed: "Changed",
    median_change: "Median, %",
    largest_change: "Largest, %",
    table: "Day by day",
    table_text: "Totals by day. The copy for a spreadsheet has every digit.",
    copy: "Copy for a spreadsheet",
    copied: "Copied.",
    copy_failed: "Copying is not allowed here. Select the table instead.",
    short_number: "replace(format(datum.value, '~s'), 'G', 'B')",
};

const RUSSIAN: Words = Words {
    code: "ru",
    weekdays: ["пн", "вт", "ср", "чт", "пт", "сб", "вс"],
    generated: "Составлено {}",
    no_data: "Строк нет.",
    no_name: "(без имени)",
    others: "Остальные ({})",
    charts_need_script: "Для графиков нужен JavaScript. Все числа есть в тексте и таблицах.",
    chart_failed: "График построить не удалось.",
    state: "Состояние",
    open: "открыт",
    missing: "нет данных",
    day: "День",
    weekday: "День недели",
    share: "Доля, %",
    freshness: "Свежесть данных",
    days_there: "Дней загружено",
    days_missing: "Пропущены",
    days_open: "Открыты, ещё могут измениться",
    days_suspect: "Под вопросом: отложены или не подтверждены итогами",
    last_run: "Последний запуск",
    reconciled: "Сходится с итогами системы",
    yes: "Да",
    no: "Нет",
    none: "Нет",
    not_compared: "Не сверялось",
    not_known: "Неизвестно",
    and_more: "и ещё {}",
    yesterday: "Вчера, {}",
    latest_day: "Последний день, {}",
    yesterday_open: "День ещё открыт: числа могут измениться.",
    yesterday_missing: "За этот день строк нет.",
    week_before: "неделей раньше",
    median: "медиана 28 дней",
    money_income: "Доход",
    money_cost: "Расход",
    impressions: "Показы",
    clicks: "Клики",
    ctr: "CTR",
    ecpm: "eCPM",
    cpm: "CPM",
    cpc: "CPC",
    by_site: "По дням и сайтам",
    by_campaign: "По дням и кампаниям",
    by_banner: "По дням и баннерам",
    by_domain: "По дням и доменам",
    by_placement: "По дням и местам размещения",
    by_dimension: "По дням и {}",
    by_text: "{} по дням, с {} по {}.",
    by_open: "Открытые дни заштрихованы.",
    by_table: "Все итоги за эти дни ({})",
    site: "Сайт",
    campaign: "Кампания",
    banner: "Баннер",
    domain: "Домен",
    placement: "Место размещения",
    movers: "Что изменилось",
    movers_text: "{}: последняя неделя против предыдущей (дней в каждой: {}). Объём — часть изменения за счёт показов, цена — за счёт цены тысячи показов.",
    movers_open: "В последней неделе есть ещё открытые дни.",
    movers_none: "Сравнить не с чем, или ничего не изменилось.",
    movers_more: "Ещё изменились, но меньше: {}.",
    before: "Было",
    after: "Стало",
    change: "Изменение",
    volume: "Объём",
    price: "Цена",
    total: "Итого",
    heat: "{} по дням",
    heat_text: "{}: деньги за тысячу показов у крупнейших ({}); каждый оттенок — у примерно равного числа клеток.",
    heat_none: "Нет ни одного дня, где известны и деньги, и показы.",
    odd: "Что необычно",
    odd_text: "{}: дни из последних семи, которые отличаются от медианы своего дня недели за восемь предыдущих недель больше чем на четыре обычных отклонения (медианных, MAD) и хотя бы на 1\u{a0}% от суммы. Из нескольких дней показан тот, где разница больше всего.",
    odd_open: "Открытые дни ещё могут измениться.",
    odd_days: "Необычных дней из 7",
    odd_none: "Ничто не отличается заметно от обычного для своего дня недели.",
    odd_more: "Ещё с меньшей разницей: {}.",
    value: "Значение",
    usual: "Обычно",
    difference: "Разница",
    everything: "Всего",
    silent: "Замолчали",
    silent_since: "Молчит с",
    silent_none: "Никто из тех, у кого были числа, не замолчал.",
    silent_small: "Замолчали с долей меньше 1\u{a0}% каждый: {}.",
    late: "Как меняются прошедшие дни",
    late_none: "Ни один день ещё не загружался повторно.",
    late_until: "Дни менялись в течение {} дн. после окончания, не больше чем на {}.",
    late_never: "При повторной загрузке ни один день не изменился.",
    days_after: "Дней спустя",
    pulled: "Загружено повторно",
    changed: "Изменилось",
    median_change: "Медиана, %",
    largest_change: "Наибольшее, %",
    table: "День за днём",
    table_text: "Итоги по дням. В копии для таблицы — все знаки чисел.",
    copy: "Скопировать для таблицы",
    copied: "Скопировано.",
    copy_failed: "Копировать здесь нельзя. Выделите таблицу.",
    short_number: "replace(replace(replace(replace(format(datum.value, '~s'), 'k', ' тыс.'), 'M', ' млн'), 'G', ' млрд'), 'T', ' трлн')",
};

impl Words {
    pub(crate) const fn of(language: Language) -> &'static Self {
        match language {
            Language::Russian => &RUSSIAN,
            Language::English => &ENGLISH,
        }
    }

    pub(crate) const fn measure(&self, measure: Measure, money: Money) -> &'static str {
        match (measure, money) {
            (Measure::Money, Money::Income) => self.money_income,
            (Measure::Money, Money::Cost) => self.money_cost,
            (Measure::Impressions, _) => self.impressions,
            (Measure::Clicks, _) => self.clicks,
            (Measure::Ctr, _) => self.ctr,
            (Measure::Ecpm, Money::Income) => self.ecpm,
            (Measure::Ecpm, Money::Cost) => self.cpm,
            (Measure::Cpc, _) => self.cpc,
        }
    }

    /// What a group is called.
    pub(crate) fn group<'a>(&'a self, report: &'a Report) -> &'a str {
        match (&report.dimension, report.grouping) {
            (Some(dimension), _) => dimension,
            (None, Grouping::Site) => self.site,
            (None, Grouping::Campaign) => self.campaign,
            (None, Grouping::Banner) => self.banner,
            (None, Grouping::Domain) => self.domain,
            (None, Grouping::Placement) => self.placement,
        }
    }

    /// The heading of the days by group.
    pub(crate) fn by_group(&self, report: &Report) -> String {
        let heading = match (&report.dimension, report.grouping) {
            (Some(dimension), _) => return fill(self.by_dimension, &[dimension]),
            (None, Grouping::Site) => self.by_site,
            (None, Grouping::Campaign) => self.by_campaign,
            (None, Grouping::Banner) => self.by_banner,
            (None, Grouping::Domain) => self.by_domain,
            (None, Grouping::Placement) => self.by_placement,
        };
        heading.to_owned()
    }
}

/// Replaces each `{}` of a text by the next of the values.
pub(crate) fn fill(text: &str, values: &[&str]) -> String {
    let mut values = values.iter();
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{}") {
        out.push_str(before);
        out.push_str(values.next().copied().unwrap_or_default());
        rest = after;
    }
    out.push_str(rest);
    out
}
