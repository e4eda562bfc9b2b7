//! Filters, spans of time, notes, columns and lanes of the terminal UI, by its keys.

use siptrail::tui::{Action, App, Effect, View, update};

use crate::keyboard::{FAILED, app, draw, plain, press, text};

/// Whom the calls went to that are shown.
fn shown(app: &App) -> Vec<String> {
    app.calls.rows.iter().map(|r| app.data.analysis.calls[*r as usize].to.clone()).collect()
}

#[test]
fn filters_are_several_and_each_is_switched_on_and_off() {
    let mut app = app("samples", plain(), (80, 24));
    let all = app.data.analysis.calls.len();
    for (keys, rows) in [
        ("3fmissed<Enter>", 5),
        // One more beside it.
        ("F+user:frank<Enter>", 1),
        // The first off: frank's calls; on again.
        ("Fa", 1),
        ("<Esc>Fb<Esc>", all),
        ("Fa<Esc>", 5),
        // Another view, and back: what is on holds still.
        ("1", 5),
        ("3", 5),
        // The one that is on is changed; emptied it goes.
        ("f<C-u>outcome:busy<Enter>", 1),
        ("f<C-u><Enter>", all),
        ("Fa<Esc>", 1),
        ("<Esc>", all),
    ] {
        press(&mut app, keys);
        assert_eq!(app.calls.rows.len(), rows, "{keys}");
    }
}

#[test]
fn tab_completes_what_is_there_and_up_is_what_was_typed_before() {
    let mut app = app("samples", plain(), (80, 24));
    for (keys, line) in [
        ("3foutc<Tab>", "outcome:"),
        ("busy<Tab>", "outcome:busy"),
        (" -mis<Tab>", "outcome:busy -missed"),
        ("<C-u>user:fra<Tab>", "user:frank@contoso.com"),
        ("<C-u>status:4<Tab>", "status:408"),
        // Of several the next, and the one before.
        ("<C-u>outcome:no_<Tab>", "outcome:no_answer"),
        ("<Tab>", "outcome:no_final"),
        ("<S-Tab>", "outcome:no_answer"),
        ("<C-u>is:syn<Tab>", "is:synthetic"),
        ("<C-u>b45230e8<Tab>", "b45230e872a37c9066ec2be87671bdcc"),
        ("<C-u>(missed or fra<Tab>", "(missed or frank@contoso.com"),
        ("<C-u>zzz<Tab>", "zzz"),
        ("<C-u>missed<Enter>f<C-u>failed<Enter>f<C-u><Up>", "failed"),
        ("<Up>", "missed"),
        ("<Up>", "missed"),
        ("<Down><Down>", ""),
        ("<Esc>/fra<Tab>", "frank@contoso.com"),
    ] {
        press(&mut app, keys);
        assert_eq!(app.prompt.as_ref().map(|p| p.input.value()), Some(line), "{keys}");
    }
}

/// Named filters are those of the process: whoever shows them needs them, whatever ran before.
pub(crate) fn name_filters() {
    let filters = [("ours", "user:frank or user:hank"), ("lost-ours", "@ours missed")];
    siptrail::query::install_named(filters.map(|(n, t)| (n.to_owned(), t.to_owned()))).unwrap();
}

#[test]
fn a_named_filter_is_what_it_stands_for() {
    name_filters();
    let mut app = app("samples", plain(), (80, 24));
    press(&mut app, "3f@los<Tab><Enter>");
    assert_eq!(shown(&app), ["frank@contoso.com", "hank@contoso.com"]);
    press(&mut app, "f<C-u>@ousr");
    let told = app.notice.as_ref().map(|n| n.text.clone()).unwrap_or_default();
    assert!(told.contains("did you mean @ours?"), "{told}");
    let query = siptrail::query::Query::parse("answered -@ours").unwrap();
    assert_eq!(query.text(), "answered -(user:frank or user:hank)");
}

#[test]
fn notes_are_filtered_and_searched() {
    let mut app = app("samples", plain(), (80, 24));
    press(&mut app, "3xxacalled the VIP desk<Enter>gjanobody<Enter>g");
    press(&mut app, "fnoted<Enter>");
    assert_eq!(app.calls.rows.len(), 2);
    press(&mut app, "f<C-u>note:vip<Enter>");
    assert_eq!(shown(&app), ["frank@contoso.com"]);
    press(&mut app, "<Esc>g/vip desk<Enter>");
    assert_eq!(app.calls.selected, 3);
}

#[test]
fn a_span_of_time_holds_in_every_list_until_it_is_taken_back() {
    let mut app = app("samples/desktop-calls.log", plain(), (80, 24));
    let all = (app.calls.rows.len(), app.records.rows.len());
    press(&mut app, "3@10:02..10:04<Enter>");
    let calls = app.calls.rows.len();
    assert!(calls > 0 && calls < all.0, "{calls}");
    assert!(app.records.rows.len() < all.1);
    // With a filter beside it, in a view that was not shown.
    press(&mut app, "5fresponse<Enter>");
    let records = app.records.rows.len();
    press(&mut app, "1<Esc>");
    assert_eq!(app.calls.rows.len(), all.0);
    press(&mut app, "5");
    assert!(app.records.rows.len() > records, "the filter stays, the span is gone");
    // By the cursor of the Overview: all of it, from one end to the other.
    press(&mut app, "1>m9999>m");
    assert!(app.span.is_some());
    press(&mut app, "3");
    assert_eq!(app.calls.rows.len(), all.0);
}

#[test]
fn lanes_are_hidden_and_moved_and_marked_stories_stand_together() {
    let mut app = app(FAILED, plain(), (80, 24));
    press(&mut app, "3<Enter>");
    let rows = app.timeline.rows.len();
    press(&mut app, "ld<Esc>");
    assert!(app.timeline.rows.len() < rows, "what the Edge sent and got is gone with it");
    press(&mut app, "ld<Esc>");
    assert_eq!(app.timeline.rows.len(), rows);
    let mut app = self::app("samples/desktop-calls.log", plain(), (80, 24));
    press(&mut app, "3O");
    assert_eq!(app.view, View::Calls, "nothing is marked");
    press(&mut app, "3 j O");
    assert_eq!(app.view, View::Timeline);
    let of = |i: usize| app.data.analysis.calls[i].own_records().len();
    assert_eq!(app.timeline.ladder.records.len(), of(0) + of(2));
}

#[test]
fn it_asks_before_marks_are_lost_and_stops_for_a_while() {
    let mut app = app("samples", plain(), (80, 24));
    assert_eq!(press(&mut app, "3 q"), None);
    assert_eq!(press(&mut app, "jq"), None, "another key between: asked again");
    assert_eq!(press(&mut app, "q"), Some(Effect::Quit));
    assert_eq!(press(&mut app, "<C-z>"), Some(Effect::Suspend));
    assert_eq!(press(&mut app, "/<C-z>"), Some(Effect::Suspend));
}

#[test]
fn a_click_on_a_head_sorts() {
    let mut app = app("samples", plain(), (80, 24));
    press(&mut app, "3");
    // The head of To: behind mark, time and From.
    for (desc, first) in [(false, "+142555@contoso.com"), (true, "yusuf@contoso.com")] {
        update(&mut app, Action::Click(33, 1));
        assert_eq!(app.calls.sort, Some((2, desc)));
        assert_eq!(shown(&app)[0], first);
    }
}

/// At 80 columns cause and status stay; where a text is cut there is no room left beside it.
#[test]
fn lists_use_the_width_that_there_is() {
    for (keys, heads) in [("3", ["Status", "Causes"]), ("2", ["Status", "Causes"])] {
        let mut app = app("samples", plain(), (80, 24));
        press(&mut app, keys);
        let shown = text(&draw(&app));
        let head = shown.lines().nth(1).unwrap();
        assert!(heads.iter().all(|h| head.contains(h)), "{head}");
    }
    for width in [80, 120, 160, 200, 240] {
        for keys in ["2", "3", "5", "6", "3fmissed<Enter>"] {
            let mut app = app("samples", plain(), (width, 50));
            press(&mut app, &format!("{keys}G"));
            let shown = text(&draw(&app));
            let wide = width >= 140;
            let list = usize::from(if wide { width - width * 2 / 5 } else { width });
            let rows = shown.lines().skip(2).take(if wide { 45 } else { 15 });
            let rows: Vec<String> = rows.map(|line| line.chars().take(list).collect()).collect();
            let used = rows.iter().map(|row| row.trim_end().chars().count()).max().unwrap_or(0);
            let cut = rows.iter().any(|row| row.contains('…'));
            assert!(!cut || used + 6 >= list, "{width} {keys}: {used} of {list}\n{}", rows.join("\n"));
        }
    }
}
