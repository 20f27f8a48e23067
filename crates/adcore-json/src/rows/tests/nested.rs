use super::*;

#[tokio::test]
async fn rows_of_an_inner_object_know_its_other_members() {
    const NESTED: RowLocation = RowLocation::Nested("result", "rows");
    let json =
        r#"{"a":1,"result":{"columns":[{"name":"x"}],"rows":[[1,2],[3]],"totals":[4]},"z":[]}"#;
    for size in 1..=json.len() {
        let mut found = rows::<Vec<u32>>(json, size, NESTED);
        assert!(found.peek().await.unwrap() && found.found());
        assert_eq!(found.group()[0].1.as_str(), r#"[{"name":"x"}]"#);
        let mut seen = Vec::new();
        while let Some(row) = found.next().await {
            seen.push(row.unwrap());
        }
        assert_eq!(seen, [vec![1, 2], vec![3]], "chunks of {size}");
        let names = |members: &[(String, RawJson)]| {
            let names = members.iter().map(|(name, _)| name.clone());
            names.collect::<Vec<_>>()
        };
        assert_eq!(names(found.group()), ["columns", "totals"]);
        assert_eq!(names(found.rest()), ["a", "z"]);
    }
    for (json, found) in [
        (r#"{"result":{"rows":[]}}"#, true),
        (r#"{"result":{"rows":null,"totals":[]}}"#, true),
        (r#"{"result":{}}"#, false),
        (r#"{"result":[[1]]}"#, false),
        (r#"{"rows":[[1]],"error":{"rows":[[1]]}}"#, false),
        ("null", false),
    ] {
        let mut none = rows::<Vec<u32>>(json, 2, NESTED);
        assert!(!none.peek().await.unwrap(), "{json}");
        assert_eq!(none.found(), found, "{json}");
    }
    for bad in [
        r#"{"result":{"rows":{}}}"#,
        r#"{"result":{"rows":[[1]],"rows":[]}}"#,
        r#"{"result":{"rows":[[1]]},"result":{"rows":[]}}"#,
        r#"{"result":{"rows":[[1]]}"#,
        r#"{"result":{"rows":[[1]}}"#,
    ] {
        let outcome = all::<Vec<u32>>(rows(bad, 3, NESTED)).await;
        assert!(outcome.is_err(), "{bad}");
    }
}

#[tokio::test]
async fn rows_of_a_member_of_any_known_name_may_be_null_but_nothing_else() {
    const ANY: RowLocation = RowLocation::AnyMember(&["Rows", "Lines"]);
    for (json, expected) in [
        (r#"{"total":7,"rOWS":[1,2]}"#, Some(2)),
        (r#"{"LINES":[[]],"total":null}"#, None),
        (r#"{"lines":[1,2,3]}"#, Some(3)),
        (r#"{"lines":null}"#, Some(0)),
        ("null", Some(0)),
        (r#"{"lines":{}}"#, None),
        (r#"{"lines":7}"#, None),
        (r#"{"lines":[1],"Rows":[2]}"#, None),
        (r#"{"lines":null,"Rows":[2]}"#, None),
        (r#"{"lines":[1],"Rows":null}"#, None),
    ] {
        for size in [1, 3, json.len()] {
            let found = all(rows::<u32>(json, size, ANY)).await;
            let found = found.ok().map(|(rows, _)| rows.len());
            assert_eq!(found, expected, "{json} by {size}");
        }
    }
    for other in ["[1]", "7", r#"{"row":[1]}"#] {
        let mut found = rows::<u32>(other, 1, ANY);
        assert!(!found.peek().await.unwrap() && !found.found(), "{other}");
    }
}
