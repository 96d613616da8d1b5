// SPDX-License-Identifier: GPL-3.0-or-later
// orrery-cli: runs a team without a window, and prints journals.
#include "app/cli/decode.h"
#include "app/cli/encode.h"
#include "app/cli/retrieval.h"
#include "core/base/heappolicy.h"
#include "core/model/teamfile.h"
#include "core/runtime/teamrun.h"
#include "core/store/journal.h"

#include <QCommandLineParser>
#include <QCoreApplication>

#include <algorithm>
#include <cstdio>
#include <filesystem>

using namespace orrery;

namespace {

int fault(const std::string &text)
{
    std::fprintf(stderr, "orrery-cli: %s\n", text.c_str());
    return 2;
}

const char *const usage =
    "usage: orrery-cli run --team FILE [--prompt TEXT] [--workspace FOLDER] [--journal FILE] "
    "[--json]\n"
    "                      [--approve none|write|all] [--continue RUN|last]\n"
    "       orrery-cli events JOURNAL [--json]\n"
    "       orrery-cli decode --provider openai|anthropic|gemini [--response] < ANSWER\n"
    "       orrery-cli encode --provider openai|anthropic|gemini < REQUEST\n"
    "       orrery-cli retrieval --collection FOLDER\n";

/// What a command got that it does not understand; empty when all is well.
std::string misunderstood(QCommandLineParser &parser, const QStringList &arguments, int names)
{
    if (!parser.parse(arguments))
        return parser.errorText().toStdString();
    const QStringList given = parser.positionalArguments();
    return given.size() <= names
               ? std::string()
               : arguments.first().toStdString() + " does not know what to do with \""
                     + given[names].toStdString() + "\"";
}

/// The text up to a number of bytes, without half a character at the end.
std::string shortened(const std::string &text, std::size_t most)
{
    if (text.size() <= most)
        return text;
    std::size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    return text.substr(0, end) + "…";
}

std::string dump(const Json &json)
{
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// One line for a person; empty for what would only be noise.
std::string progress(const Event &event)
{
    const Json &d = event.data;
    const auto text = [&](const char *key) {
        const auto it = d.find(key);
        if (it == d.end() || it->is_null())
            return std::string();
        std::string value = it->is_string() ? it->get<std::string>() : dump(*it);
        std::replace(value.begin(), value.end(), '\n', ' ');
        return shortened(value, 160);
    };
    const auto lines = [&] { return text("file") + ":" + text("start") + "-" + text("end"); };
    switch (event.kind) {
    case EventKind::RunStarted:
        return "run " + event.run + ": " + text("team") + " in " + text("workspace")
               + (text("sandbox").empty() ? std::string() : "; sandbox: " + text("sandbox"));
    case EventKind::RunFinished:
        return "run " + text("outcome")
               + (text("reason").empty() ? std::string() : ": " + text("reason"));
    case EventKind::AgentStarted: return "starts (" + text("model") + ")";
    case EventKind::AgentFinished:
        return text("outcome") + ": " + text(d.value("output", "").empty() ? "error" : "output");
    case EventKind::RequestFailed: return "request failed: " + text("message");
    case EventKind::ToolStarted: return text("tool") + " " + text("args");
    case EventKind::ToolFinished:
        return text("tool") + (d.value("ok", false) ? " ok: " : " error: ") + text("content");
    case EventKind::ApprovalRequested: return "asks for approval of " + text("tool");
    case EventKind::ApprovalResolved:
        return "approval of " + text("tool") + ": " + text("decision");
    case EventKind::LimiterWaiting:
    case EventKind::LimiterDenied: return text("sentence");
    case EventKind::ClaimGranted: return "claims " + lines();
    case EventKind::ClaimDenied: return "is denied " + lines() + ", held by " + text("holder");
    case EventKind::ClaimReleased: return "releases " + lines();
    case EventKind::ClaimExpired: return "claim expired: " + lines();
    case EventKind::FileEdited: return "edited " + lines();
    case EventKind::Warning: return "warning: " + text("message");
    case EventKind::DiscoveryShared: return "discovered " + text("topic") + ": " + text("text");
    case EventKind::PeerMessageDelivered:
        return "reads a message from " + text("from") + ": " + text("text");
    case EventKind::MemoryStored: return "remembers: " + text("content");
    case EventKind::AgentJoined: return "joins the team as " + text("role") + ": " + text("task");
    case EventKind::AgentLeft: return "leaves the team: " + text("reason");
    case EventKind::AgentInterrupted: return "interrupted: " + text("reason");
    case EventKind::ContextLoaded: return "goes on from " + text("session");
    case EventKind::SaveFailed: return "a save failed: " + text("message");
    default: return {};
    }
}

void print(const Event &event, bool json)
{
    if (json) {
        std::puts(dump(toJson(event)).c_str());
    } else if (const std::string line = progress(event); !line.empty()) {
        const std::string time = toJson(event)["time"].get<std::string>().substr(11, 12);
        std::printf("%s  %-12s %s\n", time.c_str(), event.agent.empty() ? "-" : event.agent.c_str(),
                    line.c_str());
    }
    std::fflush(stdout);
}

int runTeam(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.addOptions(
        {{"team", "Team file.", "file"},
         {"prompt", "What the team is to do.", "text"},
         {"workspace", "Folder that the tools work in.", "folder"},
         {"journal", "Journal file.", "file"},
         {"continue", "Go on from an earlier run in the journal: its id, or last.", "run"},
         {"json", "One JSON event a line."},
         {"approve", "What is approved without asking: none, write or all.", "what", "none"}});
    if (const std::string what = misunderstood(parser, arguments, 0); !what.empty())
        return fault(what);
    if (!parser.isSet("team"))
        return fault("run needs --team FILE");
    auto team = loadTeamFile(parser.value("team").toStdString());
    if (!team)
        return fault(team.error().message);
    runtime::RunOptions options;
    options.team = std::move(*team);
    options.task = parser.value("prompt").toStdString();
    options.workspace = parser.isSet("workspace") ? parser.value("workspace").toStdString()
                                                  : std::filesystem::current_path().string();
    options.journalPath = parser.value("journal").toStdString();
    options.continuedRun = parser.value("continue").toStdString();
    if (options.continuedRun == "last") {
        const auto reader = store::JournalReader::open(options.journalPath);
        if (!reader)
            return fault(reader.error().message);
        const auto runs = (*reader)->runs();
        if (!runs)
            return fault(runs.error().message);
        if (runs->empty())
            return fault(options.journalPath + " holds no run to go on from");
        options.continuedRun = runs->back().run;
    }
    const QString approve = parser.value("approve");
    if (approve != "none" && approve != "write" && approve != "all")
        return fault("--approve is none, write or all, not " + approve.toStdString());
    options.approvals = approve == "all"     ? runtime::ApprovalMode::All
                        : approve == "write" ? runtime::ApprovalMode::Write
                                             : runtime::ApprovalMode::None;
    auto run = runtime::TeamRun::create(std::move(options));
    if (!run)
        return fault(run.error().message);
    const bool json = parser.isSet("json");
    std::shared_ptr<runtime::Subscription> events;
    const auto drain = [&] {
        for (const EventPtr &event : events->drain(SIZE_MAX))
            print(*event, json);
    };
    events = (*run)->bus().subscribe([&drain] {
        QMetaObject::invokeMethod(
            qApp, [&drain] { drain(); }, Qt::QueuedConnection);
    });
    int code = 1;
    QObject::connect(
        run->get(), &runtime::TeamRun::finished, qApp,
        [&](const QString &outcome, const QString &) {
            code = outcome == "done" ? 0 : 1;
            QCoreApplication::quit();
        },
        Qt::QueuedConnection);
    (*run)->start();
    QCoreApplication::exec();
    run->reset(); // writes what is still to be written
    drain();
    return code;
}

int printEvents(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.addOptions({{"json", "One JSON event a line."}});
    parser.addPositionalArgument("journal", "Journal file.");
    if (const std::string what = misunderstood(parser, arguments, 1); !what.empty())
        return fault(what);
    if (parser.positionalArguments().isEmpty())
        return fault("events needs a journal file");
    auto reader = store::JournalReader::open(parser.positionalArguments().front().toStdString());
    if (!reader)
        return fault(reader.error().message);
    constexpr std::size_t kChunk = 4096;
    std::uint64_t next = 1;
    while (true) {
        const auto events = (*reader)->read(next, kChunk);
        if (!events)
            return fault(events.error().message);
        for (const EventPtr &event : *events)
            print(*event, parser.isSet("json"));
        if (events->size() < kChunk)
            break;
        next = events->back()->seq + 1;
    }
    const auto runs = (*reader)->runs();
    if (!runs)
        return fault(runs.error().message);
    for (const store::RunSummary &run : *runs)
        std::fprintf(stderr, "%s: %s %s (%llu events)\n", run.run.c_str(), run.outcome.c_str(),
                     run.reason.c_str(), static_cast<unsigned long long>(run.events));
    return 0;
}

/// The form of `--provider`; without a value after the fault was printed.
std::optional<llm::WireForm> formFrom(const QCommandLineParser &parser, const char *command)
{
    if (!parser.isSet("provider")) {
        fault(std::string(command) + " needs --provider NAME");
        return std::nullopt;
    }
    const std::string provider = parser.value("provider").toStdString();
    const auto form = llm::wireFormFromString(provider);
    if (!form)
        fault("--provider is openai, anthropic or gemini, not \"" + provider + "\"");
    return form;
}

int decode(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.addOptions({{"provider", "openai, anthropic or gemini.", "name"},
                       {"response", "The input is one plain answer, not a stream."}});
    if (const std::string what = misunderstood(parser, arguments, 0); !what.empty())
        return fault(what);
    const auto form = formFrom(parser, "decode");
    return form ? decodeStandardInput(*form, parser.isSet("response")) : 2;
}

int encode(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.addOptions({{"provider", "openai, anthropic or gemini.", "name"}});
    if (const std::string what = misunderstood(parser, arguments, 0); !what.empty())
        return fault(what);
    const auto form = formFrom(parser, "encode");
    return form ? encodeStandardInput(*form) : 2;
}

int retrieval(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.addOptions({{"collection", "Folder of a test collection.", "folder"}});
    if (const std::string what = misunderstood(parser, arguments, 0); !what.empty())
        return fault(what);
    if (!parser.isSet("collection"))
        return fault("retrieval needs --collection FOLDER");
    return measureRetrieval(parser.value("collection").toStdString());
}

} // namespace

int main(int argc, char **argv)
{
    orrery::keepFreedMemory();
    QCoreApplication app(argc, argv);
    QCoreApplication::setApplicationName("orrery-cli");
    QCoreApplication::setApplicationVersion(ORRERY_VERSION);
    QStringList arguments = QCoreApplication::arguments();
    const QString command = arguments.value(1);
    if (arguments.size() > 1)
        arguments.removeFirst();
    if (command == "--help" || command == "-h" || command == "help"
        || arguments.mid(1).contains("--help")) {
        std::fputs(usage, stdout);
        return 0;
    }
    if (command == "run")
        return runTeam(arguments);
    if (command == "events")
        return printEvents(arguments);
    if (command == "decode")
        return decode(arguments);
    if (command == "encode")
        return encode(arguments);
    if (command == "retrieval")
        return retrieval(arguments);
    if (command == "--version") {
        std::puts("orrery-cli " ORRERY_VERSION);
        return 0;
    }
    if (!command.isEmpty())
        std::fprintf(stderr, "orrery-cli: there is no command \"%s\"\n", qPrintable(command));
    std::fputs(usage, stderr);
    return 2;
}
