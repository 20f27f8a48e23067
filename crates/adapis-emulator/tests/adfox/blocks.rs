//! Blocks of the advertising network on places.

use crate::server::{Server, incorrect, required};

/// `rsyaEnabled` and `rsyaBlockID` of the place 5201.
async fn block(server: &Server) -> (String, String) {
    let row = server.row("place", "5201").await;
    (row.text("rsyaEnabled"), row.text("rsyaBlockID"))
}

const PLACE: &str = "object=place&objectID=5201";
const NEW: &str = "action=createBlock&newBlockPageId=1623117&newBlockName=Top";

#[tokio::test]
async fn a_block_is_created_bound_switched_and_deleted() {
    let server = Server::start().await;
    let none = ("0".to_owned(), String::new());
    assert_eq!(block(&server).await, none);
    server
        .ok(&format!("{PLACE}&{NEW}&newBlockType=BANNER"))
        .await;
    let (on, created) = block(&server).await;
    assert_eq!(on, "1");
    assert!(created.starts_with("R-A-1623117-"), "{created}");
    server
        .ok(&format!("{PLACE}&{NEW}&newBlockType=POSTPAUSE"))
        .await;
    let (_, second) = block(&server).await;
    assert_ne!(created, second, "each block has its own id");
    server
        .ok(&format!("{PLACE}&action=rsyaEnabled&rsyaEnabled=0"))
        .await;
    assert_eq!(block(&server).await, ("0".to_owned(), second));
    server
        .ok(&format!(
            "{PLACE}&action=bindBlock&rsyaBlockID=R-A-19385233-3"
        ))
        .await;
    let bound = ("1".to_owned(), "R-A-19385233-3".to_owned());
    assert_eq!(block(&server).await, bound);
    server.ok(&format!("{PLACE}&action=deleteBlock")).await;
    assert_eq!(block(&server).await, none);
}

#[tokio::test]
async fn blocks_have_required_parameters_and_documented_values() {
    let server = Server::start().await;
    for (query, missing) in [
        (
            "action=createBlock&newBlockName=n&newBlockType=BANNER",
            "newBlockPageId",
        ),
        (
            "action=createBlock&newBlockPageId=1&newBlockType=BANNER",
            "newBlockName",
        ),
        (NEW, "newBlockType"),
        ("action=bindBlock", "rsyaBlockID"),
        ("action=rsyaEnabled", "rsyaEnabled"),
    ] {
        required(&server, &format!("{PLACE}&{query}"), missing).await;
    }
    for (query, parameter, value) in [
        (
            &*format!("{NEW}&newBlockType=banner"),
            "newBlockType",
            "banner",
        ),
        (
            "action=createBlock&newBlockPageId=x&newBlockName=n&newBlockType=FEED",
            "newBlockPageId",
            "x",
        ),
        ("action=bindBlock&rsyaBlockID=R-A-1", "rsyaBlockID", "R-A-1"),
        (
            "action=bindBlock&rsyaBlockID=R-A-1-x",
            "rsyaBlockID",
            "R-A-1-x",
        ),
        ("action=rsyaEnabled&rsyaEnabled=2", "rsyaEnabled", "2"),
        // The place has no block.
        ("action=rsyaEnabled&rsyaEnabled=1", "objectID", "5201"),
        ("action=deleteBlock", "objectID", "5201"),
    ] {
        let query = format!("{PLACE}&{query}");
        incorrect(&server, &query, parameter, value).await;
    }
    let unknown = "object=place&objectID=9&action=deleteBlock";
    incorrect(&server, unknown, "objectID", "9").await;
}
