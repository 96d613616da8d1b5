// SPDX-License-Identifier: GPL-3.0-or-later
// orrery-cli: runs a team without a window, asks a model one question, and prints journals.
#include "app/cli/ask.h"
#include "app/cli/decode.h"
#include "app/cli/encode.h"
#include "app/cli/models.h"
#include "app/cli/events.h"
#include "app/cli/retrieval.h"
#include "app/cli/state.h"
#include "core/base/heappolicy.h"
#include "core/base/processshield.h"
#include "core/llm/ownproviders.h"
#include "core/model/teamfile.h"
#include "core/runtime/teamkeys.h"
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
    "usage: orrery-cli run --team FILE [--prompt TEXT] [--attach FILE]... [--workspace FOLDER]\n"
    "                      [--journal FILE] [--json] [--approve none|write|all]\n"
    "                      [--continue RUN|last]\n"
    "       orrery-cli ask -m PROVIDER:MODEL [--schema FILE] [--attach FILE]... [--system TEXT]\n"
    "                      [--base-url URL] [--api-key-env NAME] [--max-tokens N] [--thinking]\n"
    "                      [--usage] [--json] PROMPT|-\n"
    "       orrery-cli events JOURNAL [--json] [--follow] [--filter QUERY]\n"
    "       orrery-cli state JOURNAL [--at EVENT] [--json]\n"
    "       orrery-cli upgrade JOURNAL COPY\n"
    "       orrery-cli decode --provider openai|anthropic|gemini [--response] < ANSWER\n"
    "       orrery-cli encode --provider openai|anthropic|gemini < REQUEST\n"
    "       orrery-cli models [--provider NAME] [--json] [--markdown] [PROVIDER:MODEL]\n"
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

int runTeam(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.addOptions(
        {{"team", "Team file.", "file"},
         {"prompt", "What the team is to do.", "text"},
         {"attach", "A picture or PDF that goes with the task; may be given again.", "file"},
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
    for (const QString &path : parser.values("attach"))
        options.attachments.push_back(path.toStdString());
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
    std::uint64_t last = 0;
    const auto drain = [&] {
        for (const EventPtr &event : events->drain(SIZE_MAX)) {
            printEvent(*event, json);
            last = event->seq;
        }
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
    QObject::connect(
        run->get(), &runtime::TeamRun::journalProblem, qApp, [](const QString &problem) {
            std::fprintf(stderr, "orrery-cli: %s\n",
                         problem.isEmpty() ? "the journal is written again" : qPrintable(problem));
        });
    const std::string journal = (*run)->options().journalPath;
    (*run)->start();
    QCoreApplication::exec();
    run->reset(); // writes what is still to be written
    drain();
    if (const auto complete = checkJournal(journal, last); !complete)
        return std::max(code, fault(complete.error().message));
    return code;
}

int askModel(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.addOptions(
        {{{"m", "model"}, "The model, as provider:model.", "model"},
         {"schema", "JSON Schema that the answer has to be of.", "file"},
         {"attach", "A picture or PDF to ask about; may be given again.", "file"},
         {"system", "The system prompt.", "text"},
         {"base-url", "Address of the server.", "url"},
         {"api-key-env", "Name of the environment variable that holds the key.", "name"},
         {"max-tokens", "The most tokens of an answer.", "number"},
         {"thinking", "Shows what the model thinks, on standard error."},
         {"usage", "Tells the tokens and the cost, on standard error."},
         {"json", "Prints one JSON object with the answer and what it used."}});
    parser.addPositionalArgument("prompt", "The question; - for standard input.");
    if (const std::string what = misunderstood(parser, arguments, 1); !what.empty())
        return fault(what);
    if (!parser.isSet("model"))
        return fault("ask needs -m PROVIDER:MODEL");
    if (parser.positionalArguments().isEmpty())
        return fault("ask needs a question, or - for standard input");
    Question question;
    question.model = {parser.value("model").toStdString(), parser.value("base-url").toStdString(),
                      parser.value("api-key-env").toStdString()};
    question.prompt = parser.positionalArguments().front().toStdString();
    question.system = parser.value("system").toStdString();
    question.schemaFile = parser.value("schema").toStdString();
    for (const QString &path : parser.values("attach"))
        question.attachments.push_back(path.toStdString());
    if (parser.isSet("max-tokens")) {
        bool isNumber = false;
        question.maxTokens = parser.value("max-tokens").toInt(&isNumber);
        if (!isNumber || *question.maxTokens < 1)
            return fault("--max-tokens is a whole number from 1 on, not "
                         + parser.value("max-tokens").toStdString());
    }
    question.showsThinking = parser.isSet("thinking");
    question.tellsUsage = parser.isSet("usage");
    question.asJson = parser.isSet("json");
    return ask(question);
}

int events(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.addOptions(
        {{"json", "One JSON event a line."},
         {"follow", "Go on with what is written until the run has ended."},
         {"filter", "Only events that match, such as: agent:bob level>=warn.", "query"}});
    parser.addPositionalArgument("journal", "Journal file.");
    if (const std::string what = misunderstood(parser, arguments, 1); !what.empty())
        return fault(what);
    if (parser.positionalArguments().isEmpty())
        return fault("events needs a journal file");
    const auto printed =
        printJournal(parser.positionalArguments().front().toStdString(), parser.isSet("json"),
                     parser.isSet("follow"), parser.value("filter").toStdString());
    return printed ? 0 : fault(printed.error().message);
}

int stateOf(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.addOptions(
        {{"at", "The number of the event after which it is shown; else the end.", "event"},
         {"json", "As one JSON object."}});
    parser.addPositionalArgument("journal", "Journal file.");
    if (const std::string what = misunderstood(parser, arguments, 1); !what.empty())
        return fault(what);
    if (parser.positionalArguments().isEmpty())
        return fault("state needs a journal file");
    const auto at =
        parser.isSet("at") ? std::optional(parser.value("at").toStdString()) : std::nullopt;
    const auto printed =
        printState(parser.positionalArguments().front().toStdString(), at, parser.isSet("json"));
    return printed ? 0 : fault(printed.error().message);
}

int upgrade(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.addPositionalArgument("journal", "Journal file.");
    parser.addPositionalArgument("copy", "The new file.");
    if (const std::string what = misunderstood(parser, arguments, 2); !what.empty())
        return fault(what);
    const QStringList files = parser.positionalArguments();
    if (files.size() < 2)
        return fault("upgrade needs a journal file and the name of its copy");
    const auto done = upgradeJournal(files[0].toStdString(), files[1].toStdString());
    return done ? 0 : fault(done.error().message);
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
        fault("--provider is openai, openai-responses, anthropic or gemini, not \"" + provider
              + "\"");
    return form;
}

int decode(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.addOptions({{"provider", "openai, openai-responses, anthropic or gemini.", "name"},
                       {"response", "The input is one plain answer, not a stream."}});
    if (const std::string what = misunderstood(parser, arguments, 0); !what.empty())
        return fault(what);
    const auto form = formFrom(parser, "decode");
    if (!form)
        return 2;
    llm::ModelProfile profile;
    profile.form = *form;
    return decodeStandardInput(profile, parser.isSet("response"));
}

int encode(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.addOptions({{"provider", "openai, openai-responses, anthropic or gemini.", "name"}});
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
    orrery::shieldProcess();
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
    if (const auto own = llm::installOwnProviders(); !own)
        return fault(own.error().message);
    if (command == "run")
        return runTeam(arguments);
    if (command == "ask")
        return askModel(arguments);
    if (command == "events")
        return events(arguments);
    if (command == "state")
        return stateOf(arguments);
    if (command == "upgrade")
        return upgrade(arguments);
    if (command == "decode")
        return decode(arguments);
    if (command == "encode")
        return encode(arguments);
    if (command == "models")
        return printModels(arguments);
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
