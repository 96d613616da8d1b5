// SPDX-License-Identifier: GPL-3.0-or-later
// The window program: reads its command line, builds the window, and hands over to it.
#include "core/base/heappolicy.h"
#include "core/base/processshield.h"
#include "core/llm/ownproviders.h"
#include "ui/shell/mainwindow.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QDir>
#include <QFile>
#include <QPixmap>
#include <QStandardPaths>
#include <QTimer>

#include <algorithm>
#include <cstdio>
#include <memory>

using namespace orrery;

namespace {

int refuse(const QString &message)
{
    std::fprintf(stderr, "orrery: %s\n", qPrintable(message));
    return 2;
}

std::optional<runtime::ApprovalMode> approvalMode(const QString &name)
{
    if (name.isEmpty())
        return runtime::ApprovalMode::Ask;
    if (name == QLatin1String("none"))
        return runtime::ApprovalMode::None;
    if (name == QLatin1String("write"))
        return runtime::ApprovalMode::Write;
    if (name == QLatin1String("all"))
        return runtime::ApprovalMode::All;
    return std::nullopt;
}

/// `1600x1000`
std::optional<QSize> sizeFrom(const QString &text)
{
    const QStringList parts = text.split(QLatin1Char('x'));
    bool okWidth = false;
    bool okHeight = false;
    const QSize size =
        parts.size() == 2 ? QSize(parts[0].toInt(&okWidth), parts[1].toInt(&okHeight)) : QSize();
    if (!okWidth || !okHeight || size.width() < 320 || size.height() < 240)
        return std::nullopt;
    return size;
}

/// Writes the picture and ends the program: 0, or 1 when the file cannot be written.
void takePicture(ui::MainWindow &window, const QString &file)
{
    const bool written = window.grab().save(file);
    if (!written)
        std::fprintf(stderr, "orrery: cannot write %s\n", qPrintable(file));
    QCoreApplication::exit(written ? 0 : 1);
}

/// `after` is a number of milliseconds, or `idle`.
void schedulePicture(ui::MainWindow &window, const QString &file, const QString &after)
{
    bool isNumber = false;
    const int delay = after.toInt(&isNumber);
    if (isNumber) {
        QTimer::singleShot(delay, &window, [&window, file] { takePicture(window, file); });
        return;
    }
    auto *watch = new QTimer(&window);
    QObject::connect(watch, &QTimer::timeout, &window, [&window, watch, file] {
        if (!window.isIdle())
            return;
        watch->stop();
        QTimer::singleShot(600, &window, [&window, file] { takePicture(window, file); });
    });
    watch->start(50);
}

} // namespace

int main(int argc, char **argv)
{
    orrery::shieldProcess();
    orrery::keepFreedMemory();
    // What only tells something needs no display.
    const bool onlyTells = std::any_of(argv + 1, argv + argc, [](const char *argument) {
        const QLatin1String word(argument);
        return word == QLatin1String("-h") || word == QLatin1String("--help")
               || word == QLatin1String("--help-all") || word == QLatin1String("-v")
               || word == QLatin1String("--version");
    });
    const std::unique_ptr<QCoreApplication> app(onlyTells ? new QCoreApplication(argc, argv)
                                                          : new QApplication(argc, argv));
    QCoreApplication::setOrganizationName(QStringLiteral("orrery"));
    QCoreApplication::setApplicationName(QStringLiteral("orrery"));
    QCoreApplication::setApplicationVersion(QStringLiteral(ORRERY_VERSION));
    QGuiApplication::setDesktopFileName(QStringLiteral("org.orrery.Orrery"));

    if (const auto own = orrery::llm::installOwnProviders(); !own)
        std::fprintf(stderr, "orrery: %s\n", own.error().message.c_str());

    QCommandLineParser parser;
    parser.setApplicationDescription(
        QStringLiteral("Orrery: runs teams of agents and shows all they do."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument("file", "The journal of an earlier run, or a team file.",
                                 "[JOURNAL.orrery|TEAM.json]");
    parser.addOptions(
        {{"team", "Open this team file.", "file"},
         {"run", "Start the team at once."},
         {"task", "The task of the team.", "text"},
         {"workspace", "The folder the tools work in.", "folder"},
         {"journal", "Where the journal goes.", "file"},
         {"approve", "Who answers approval requests: nobody (none), writes only (write), all.",
          "mode"},
         {"theme", "light or dark.", "name"},
         {"screenshot", "Write a picture of the window and exit.", "file"},
         {"after", "When to take it: idle, or milliseconds.", "when", "idle"},
         {"panel", "Bring this panel to the front, for example Knowledge; may be repeated.",
          "title"},
         {"size", "Size of the window, for example 1600x1000.", "WxH"}});
    parser.process(*app);

    const auto mode = approvalMode(parser.value("approve"));
    if (!mode)
        return refuse(QStringLiteral("--approve is none, write or all, not \"%1\"")
                          .arg(parser.value("approve")));
    const QString theme = parser.value("theme");
    if (!theme.isEmpty() && theme != QLatin1String("light") && theme != QLatin1String("dark"))
        return refuse(QStringLiteral("--theme is light or dark, not \"%1\"").arg(theme));
    const auto size = parser.isSet("size") ? sizeFrom(parser.value("size")) : QSize(1600, 1000);
    if (!size)
        return refuse(QStringLiteral("--size is WIDTHxHEIGHT, at least 320x240, not \"%1\"")
                          .arg(parser.value("size")));
    bool isNumber = false;
    parser.value("after").toInt(&isNumber);
    if (!isNumber && parser.value("after") != QLatin1String("idle"))
        return refuse(QStringLiteral("--after is idle or milliseconds, not \"%1\"")
                          .arg(parser.value("after")));

    if (parser.positionalArguments().size() > (parser.isSet("team") ? 0 : 1))
        return refuse(QStringLiteral("only one team or journal fits in a window: \"%1\" is left")
                          .arg(parser.positionalArguments().constLast()));
    for (const char *name : {"run", "task", "workspace", "journal"})
        if (parser.isSet(name) && !parser.isSet("team"))
            return refuse(QStringLiteral("--%1 needs --team").arg(QLatin1String(name)));

    ui::WindowOptions options;
    const QString sample = QStringLiteral(ORRERY_RESOURCE_DIR "/sample/team.json");
    options.sampleTeam = QFile::exists(sample) ? sample : QString();
    options.runsFolder = QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation)
                         + QStringLiteral("/orrery/runs");
    options.version = QStringLiteral(ORRERY_VERSION);
    // A picture shows the default layout, and leaves the person's own alone.
    if (parser.isSet("screenshot"))
        options.settingsFile = QDir::temp().filePath(
            QStringLiteral("orrery-picture-%1.ini").arg(QCoreApplication::applicationPid()));
    const QString pictureSettings = options.settingsFile;

    ui::MainWindow window(std::move(options));
    if (!theme.isEmpty())
        window.setTheme(theme == QLatin1String("dark") ? ui::ThemeKind::Dark
                                                       : ui::ThemeKind::Light);
    if (parser.isSet("size") || parser.isSet("screenshot"))
        window.resize(*size);
    window.setApprovals(*mode);
    window.show();
    for (const QString &title : parser.values("panel"))
        if (!window.raisePanel(title))
            return refuse(QStringLiteral("there is no panel \"%1\"").arg(title));
    // Once more when the window has laid itself out, which brings other tabs to the front.
    QTimer::singleShot(500, &window, [&window, titles = parser.values("panel")] {
        for (const QString &title : titles)
            window.raisePanel(title);
    });
    if (parser.isSet("team") && window.openTeam(parser.value("team"))) {
        if (parser.isSet("task"))
            window.setTask(parser.value("task"));
        window.setWorkspace(parser.value("workspace"));
        window.setJournal(parser.value("journal"));
        if (parser.isSet("run"))
            window.run();
    } else if (!parser.positionalArguments().isEmpty()) {
        window.openFile(parser.positionalArguments().constFirst());
    }
    if (parser.isSet("screenshot"))
        schedulePicture(window, parser.value("screenshot"), parser.value("after"));
    const int code = QApplication::exec();
    if (!pictureSettings.isEmpty())
        QFile::remove(pictureSettings);
    return code;
}
