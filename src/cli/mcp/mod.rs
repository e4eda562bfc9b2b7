//! `siptrail mcp`: questions of an assistant, answered from the logs of this machine.
//!
//! The protocol is the library's (`rmcp`); what is answered is in `answer`, from the logs in `logs`. Nothing is written,
//! nothing is opened that was not named on the command line, and no text of a log stands in a description.

mod answer;
mod logs;
mod tools;

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use clap::Args;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation, ListToolsResult,
    PaginatedRequestParams, ServerCapabilities, ServerConfig,
};
use rmcp::service::{RequestContext, ServiceExt};
use rmcp::{ErrorData, RoleServer, ServerHandler};

use self::logs::Logs;
use super::{Status, failed};

/// Answer the questions of an assistant over standard input and output (Model Context Protocol)
///
/// Each folder is one set of logs, such as one night; questions name it by its number. Answers are read-only, come in
/// pages, and name file and line. What stands in a log is data in an answer and never an instruction. With --anonymise
/// the answers are made from copies without names, as siptrail anonymise makes them.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  siptrail mcp C:\\Traces                               one folder
  siptrail mcp monday tuesday                          two, which compare can hold against each other
  siptrail mcp --anonymise my.key C:\\Traces            no name leaves this machine")]
pub(crate) struct Mcp {
    /// Folders of logs, or files
    #[arg(required = true, value_name = "FOLDER")]
    inputs: Vec<PathBuf>,
    /// Answer with pseudonyms, made with the key in this file: at least 16 bytes that nobody can guess
    #[cfg(feature = "anonymise")]
    #[arg(long, value_name = "KEY")]
    anonymise: Option<PathBuf>,
}

impl Mcp {
    pub(crate) fn run(self) -> io::Result<Status> {
        if let Some(missing) = self.inputs.iter().find(|i| !i.exists()) {
            return Ok(failed(&format!("there is no {}: expected a folder of logs; name one", missing.display())));
        }
        #[cfg(feature = "anonymise")]
        let key = self.anonymise;
        #[cfg(not(feature = "anonymise"))]
        let key = None;
        let logs = match Logs::new(self.inputs, key.as_deref()) {
            Ok(logs) => logs,
            Err(line) => return Ok(failed(&line)),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        runtime.block_on(async {
            let server = Server { logs: Mutex::new(logs) };
            // An assistant that leaves before it has said who it is, has left.
            if let Ok(running) = server.serve((tokio::io::stdin(), tokio::io::stdout())).await {
                let _ = running.waiting().await;
            }
        });
        // A read of standard input may still wait, and nothing else is to be done.
        runtime.shutdown_background();
        Ok(Status::Fine)
    }
}

struct Server {
    logs: Mutex<Logs>,
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("siptrail", env!("CARGO_PKG_VERSION")))
            .with_instructions(tools::INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::all()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Some(tool) = tools::find(&request.name) else {
            let known: Vec<Cow<'_, str>> = tools::all().into_iter().map(|t| t.name).collect();
            return Err(ErrorData::invalid_params(
                format!("there is no such tool; there are {}", known.join(", ")),
                None,
            ));
        };
        let arguments = request.arguments.unwrap_or_default();
        let mut logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = (tool.answer)(&mut logs, &answer::Arguments(&arguments));
        let unread = logs.take_unread();
        Ok(match answer {
            Ok(value) => CallToolResult::structured(answer::with_unread(value, &unread)).into(),
            Err(line) => {
                let lines = std::iter::once(line).chain(unread).collect::<Vec<_>>().join("; ");
                CallToolResult::error(vec![ContentBlock::text(siptrail::text::sanitize(&lines))]).into()
            }
        })
    }
}
