//! What is taken out of the lists of the terminal UI, and the views that came with it.

use std::collections::BTreeSet;

use siptrail::tui::{Action, App, Effect, View, update};

use crate::keyboard::{FAILED, app, draw, plain, press, text};

/// What these keys save, in a file of that name.
fn saved(app: &mut App, keys: &str) -> (String, Vec<u8>) {
    let Some(Effect::Save(save)) = press(app, keys) else { panic!("{keys}: nothing saved, {:?}", app.notice) };
    let mut out = Vec::new();
    save.content.write(&app.data, false, &mut out).unwrap();
    (save.path.display().to_string(), out)
}

#[test]
fn a_list_goes_out_as_a_report_that_names_its_filter() {
    let mut app = app("samples", plain(), (160, 50));
    press(&mut app, "3fmissed<Enter>axx; _asked_<Enter>");
    let (name, page) = saved(&mut app, "sk<Enter>");
    let page = String::from_utf8(page).unwrap();
    assert_eq!(name, "siptrail-calls.md");
    // As the command line tells it.
    let told = crate::program::run(&["report", "--where", "missed", "--format", "markdown", "samples"]);
    let told = crate::program::out(&told);
    let selected = told.lines().find(|l| l.starts_with("Selected: 5 of 31 calls")).unwrap();
    assert!(page.contains(selected), "{page}");
    assert!(page.contains("5 calls missed") && page.contains("- **Note**: xx; \\_asked_"), "{page}");
    // The span and the victims of a cause are named, too.
    press(&mut app, "<Esc>@2012-02-09 08:00..2012-02-09 09:00<Enter>");
    let page = String::from_utf8(saved(&mut app, "sk<Enter>").1).unwrap();
    assert!(page.contains("from 2012-02-09T08:00:00.000, up to 2012-02-09T09:00:59.999"), "{page}");
    #[cfg(feature = "html")]
    {
        let (name, page) = saved(&mut app, "sh<Enter>");
        let page = String::from_utf8(page).unwrap();
        assert!(name.ends_with("calls.html") && page.contains("frank@contoso.com") && page.contains("Selected: 1 of"));
        assert!(!page.contains("hank@contoso.com"));
    }
}

/// A part tells of each call what the whole tells of it.
#[test]
fn a_part_of_the_calls_is_told_as_in_the_whole() {
    let mut app = app("samples", plain(), (80, 24));
    let mut all: Vec<serde_json::Value> = Vec::new();
    for keys in ["3sa<Enter>", "3fmissed<Enter>sa<Enter>", "<Esc>2fresult:unroutable<Enter>sa<Enter>"] {
        let (_, document) = saved(&mut app, keys);
        all.push(serde_json::from_slice(&document).unwrap());
    }
    let whole = &all[0];
    for part in &all[1..] {
        for key in ["calls", "pushes"] {
            let own = part[key].as_array().unwrap();
            assert!(!own.is_empty());
            for entry in own {
                let same = |e: &&serde_json::Value| (&e["call_id"], &e["cseq"]) == (&entry["call_id"], &entry["cseq"]);
                let Some(there) = whole[key].as_array().unwrap().iter().find(same) else { continue };
                for (name, told) in entry.as_object().unwrap() {
                    // What ties it to a call that is not there is not told.
                    let may_go = ["conversation", "joined", "candidates"].contains(&name.as_str());
                    assert!(may_go || *told == there[name], "{key} {name}: {told}");
                }
            }
        }
    }
}

#[cfg(feature = "export")]
#[test]
fn the_rows_shown_are_a_table_as_they_are_shown() {
    let mut app = app("samples", plain(), (160, 50));
    // Without the column of the status, the last call first.
    press(&mut app, "3fmissed<Enter>Cf<Esc>SaSa");
    app.notes.set("b45230e872a37c9066ec2be87671bdcc", "=1+1");
    let (name, table) = saved(&mut app, "sc<Enter>");
    assert_eq!(name, "siptrail-calls.csv");
    let mut table = csv::Reader::from_reader(&table[..]);
    let heads = table.headers().unwrap().clone();
    let wanted = ["time", "from", "to", "modality", "outcome", "verdict", "finding", "messages", "call-id", "note"];
    assert_eq!(heads.iter().collect::<Vec<_>>(), wanted);
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    let shown: Vec<&str> =
        app.calls.rows.iter().map(|r| app.data.analysis.calls[*r as usize].call_id.as_str()).collect();
    assert_eq!(rows.iter().map(|r| &r[8]).collect::<Vec<_>>(), shown);
    assert!(rows.windows(2).all(|two| two[0][0] >= two[1][0]), "the last one first, with the day");
    let frank = rows.iter().find(|r| &r[2] == "frank@contoso.com").unwrap();
    assert_eq!((&frank[0], &frank[9]), ("2012-02-09T08:30:20.015", "'=1+1"), "no cell is run");
    for (keys, name, head) in [
        ("2sc<Enter>", "pushes", "time,user,result"),
        ("5sc<Enter>", "records", "time,"),
        ("6sc<Enter>", "findings", "code,severity,cases,missed,cause\r\n"),
        ("Rsc<Enter>", "registrations", "time,method,user,outcome"),
    ] {
        let (file, table) = saved(&mut app, keys);
        let table = String::from_utf8(table).unwrap();
        assert!(file.ends_with(&format!("{name}.csv")) && table.starts_with(head), "{keys} {file} {table}");
        let rows = csv::Reader::from_reader(table.as_bytes()).records().map(Result::unwrap).count();
        assert_eq!(rows, app.list().unwrap().rows.len(), "{keys}");
    }
}

/// The captures hold the messages of the stories, of the marked records, of the rows, and no others: their Call-IDs tell.
#[cfg(feature = "export")]
#[test]
fn a_selection_goes_out_as_a_capture() {
    let mut app = app("samples", plain(), (80, 24));
    let ids = |app: &mut App, keys: &str| {
        let (name, capture) = saved(app, keys);
        assert!(name.ends_with(".pcapng") && capture.starts_with(&[0x0a, 0x0d, 0x0d, 0x0a]), "{name}");
        let text = String::from_utf8_lossy(&capture).into_owned();
        let all: BTreeSet<String> =
            text.lines().filter_map(|l| l.strip_prefix("Call-ID: ")).map(|l| l.trim().to_owned()).collect();
        all
    };
    let call = "b45230e872a37c9066ec2be87671bdcc".to_owned();
    let push = |app: &App| {
        let number = app.data.analysis.calls.iter().position(|c| c.call_id == call).unwrap();
        let pushes = &app.data.analysis.calls[number].pushes;
        pushes.iter().map(|p| app.data.analysis.pushes[*p].call_id.clone()).collect::<BTreeSet<_>>()
    };
    let whole: BTreeSet<String> = push(&app).into_iter().chain([call.clone()]).collect();
    assert_eq!(whole.len(), 2);
    assert_eq!(ids(&mut app, "3/frank<Enter>sp<Enter>"), whole);
    assert_eq!(ids(&mut app, "3fmissed user:frank<Enter>sw<Enter>"), whole);
    // From the push, too.
    assert_eq!(ids(&mut app, "<Esc>2fuser:frank<Enter>sw<Enter>"), whole);
    assert_eq!(ids(&mut app, "<Esc>5fcall-id:b45230e8 request<Enter>mjmsn<Enter>"), BTreeSet::from([call]));
    let register = ids(&mut app, "<Esc>Rfuser:quinn<Enter>sw<Enter>");
    assert_eq!(register.len(), 2, "{register:?}");
}

#[test]
fn registrations_are_rows_of_their_own() {
    let mut app = app("samples", plain(), (160, 50));
    assert!(app.data.registrations().is_none(), "who does not ask does not wait");
    press(&mut app, "R");
    let all = app.data.registrations().unwrap().len();
    assert!(app.view == View::Registrations && all > 4 && app.registrations.rows.len() == all);
    let rows = |app: &App| app.registrations.rows.len();
    // A query selects those of which it selects a message; what stands in a row is found, too.
    press(&mut app, "fuser:quinn<Enter>");
    let quinn = rows(&app);
    assert!(quinn > 0 && quinn < all);
    press(&mut app, "<Esc>fsubscribed<Enter>");
    let subscribed = app.data.registrations().unwrap().iter().filter(|r| r.outcome == "subscribed").count();
    assert_eq!((rows(&app), subscribed > 0), (subscribed, true));
    press(&mut app, "<Esc>Sd");
    let words: Vec<&str> =
        app.registrations.rows.iter().map(|r| app.data.registrations().unwrap()[*r as usize].outcome).collect();
    assert!(words.is_sorted(), "{words:?}");
    // Into its messages, back, and to the day of the user.
    press(&mut app, "g<Enter>");
    assert!(app.view == View::Timeline && !app.timeline.rows.is_empty());
    press(&mut app, "q");
    assert_eq!(app.view, View::Registrations);
    press(&mut app, "u");
    assert!(text(&draw(&app)).contains("The day of "), "{}", text(&draw(&app)));
    press(&mut app, "<Esc>aof the desk<Enter>/of the desk<Enter>");
    assert_eq!(
        app.notes.get(&app.data.registrations().unwrap()[app.registrations.current().unwrap()].call_id),
        Some("of the desk")
    );
    // A span of time holds here, too, and Tab leads on to the bar.
    press(&mut app, "@2012-02-09 08:00..2012-02-09 09:00<Enter>");
    assert!(rows(&app) < all);
    press(&mut app, "<Tab>");
    assert_eq!(app.view, View::Overview);
    // Before all is read nothing is asked, and nothing shown that is not so.
    let mut early = App::new(plain(), (80, 24));
    assert_eq!(press(&mut early, "R"), None);
    assert!(text(&draw(&early)).contains("reading the logs"));
}

#[test]
fn the_overview_counts_what_was_in_the_span() {
    let mut app = app("samples", plain(), (80, 24));
    let shown = |app: &App| text(&draw(app));
    assert!(shown(&app).contains("5 calls missed"));
    press(&mut app, "3@2012-02-09 08:00..2012-02-09 09:00<Enter>1");
    let page = shown(&app);
    assert!(page.contains("1 call missed") && page.contains("in 1 call, 1 push from"), "{page}");
    let causes: Vec<&str> = page.lines().skip_while(|l| !l.contains("Missed  Cases")).skip(1).take(2).collect();
    assert!(causes[0].starts_with("       1      1  PN01") && !causes[1].contains("PN"), "{page}");
    // Findings say the same, and sort by it.
    press(&mut app, "6Sc");
    assert_eq!(app.findings.rows.len(), 1);
    press(&mut app, "1<Esc>");
    assert!(shown(&app).contains("5 calls missed"));
}

#[test]
fn a_stroke_over_the_course_of_time_selects_a_span() {
    let mut app = app("samples/desktop-calls.log", plain(), (80, 24));
    let all = app.calls.rows.len();
    let row_of = |app: &App| {
        let page = text(&draw(app));
        u16::try_from(page.lines().position(|l| l.starts_with("calls, ")).unwrap()).unwrap()
    };
    let row = row_of(&app);
    let (first, last) = app.data.overview.span.unwrap();
    // A click chooses a time only.
    update(&mut app, Action::Click(40, row));
    update(&mut app, Action::Release);
    assert!(app.cursor.is_some() && app.brush.is_none() && app.span.is_none());
    // A stroke to the left or to the right selects the same, up to the edges.
    let mut spans = Vec::new();
    for (from, to) in [(30, 50), (50, 30)] {
        let row = row_of(&app);
        update(&mut app, Action::Click(from, row));
        update(&mut app, Action::Drag(40));
        update(&mut app, Action::Drag(to));
        update(&mut app, Action::Release);
        spans.push(app.span.unwrap());
    }
    assert_eq!(spans[0], spans[1]);
    assert!(first < spans[0].0 && spans[0].1 < last && app.calls.rows.len() < all);
    let row = row_of(&app);
    update(&mut app, Action::Click(20, row));
    update(&mut app, Action::Drag(0));
    update(&mut app, Action::Drag(200));
    update(&mut app, Action::Release);
    let whole = app.span.unwrap();
    assert!(whole.0 <= first && last <= whole.1, "{whole:?}");
    // Beside it nothing is selected, nor in a line of text.
    press(&mut app, "<Esc>");
    let row = row_of(&app);
    for (column, row) in [(5, row), (40, 1), (40, 22)] {
        update(&mut app, Action::Click(column, row));
        update(&mut app, Action::Drag(60));
        update(&mut app, Action::Release);
        assert_eq!((app.span, app.dragging), (None, false), "{column} {row}");
    }
}

#[test]
fn columns_are_as_wide_as_the_user_made_them() {
    let mut app = app(FAILED, plain(), (160, 50));
    // The menu of columns, on To: 7 narrower, then one wider.
    press(&mut app, "3Cjj");
    let width = |app: &App| app.calls.chosen.get(&2).copied();
    press(&mut app, "<<<<<<");
    let narrow = width(&app).unwrap();
    press(&mut app, ">");
    assert_eq!(width(&app), Some(narrow + 1));
    let shown = text(&draw(&app));
    assert!(shown.contains(&format!("To  {} wide", narrow + 1)), "{shown}");
    press(&mut app, "<Esc>fmissed<Enter><Esc>");
    assert_eq!(width(&app), Some(narrow + 1), "a filter changes nothing of it");
    let head = text(&draw(&app)).lines().nth(1).unwrap().to_owned();
    let rest = &head[head.find("  To ").unwrap() + 2..];
    let next = rest.char_indices().skip(2).find(|(_, c)| !c.is_whitespace()).unwrap().0;
    assert_eq!(next, narrow + 1 + 2, "{head}");
    // Below the least it is as wide again as its texts need.
    press(&mut app, &format!("Cjj{}", "<".repeat(narrow - 1)));
    assert_eq!(width(&app), None);
}
