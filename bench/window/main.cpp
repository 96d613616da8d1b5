// SPDX-License-Identifier: GPL-3.0-or-later
// What the window takes for journals of any size, measured through the window itself, without a display. One line a figure:
// its name, the number of events, the value and its unit; and for those that are to grow in a known way, the exponent
// between the sizes.
#include "bench/window/inventedrun.h"
#include "core/base/heappolicy.h"
#include "core/store/journal.h"
#include "ui/shell/mainwindow.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QFile>
#include <QKeyEvent>
#include <QLineEdit>
#include <QTemporaryDir>
#include <QTimer>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <map>

using namespace orrery;

namespace {

using Milliseconds = double;

Milliseconds msOf(const QElapsedTimer &timer) { return double(timer.nsecsElapsed()) / 1e6; }

/// Of this process, in MB.
double residentMb()
{
    QFile status(QStringLiteral("/proc/self/statm"));
    if (!status.open(QIODevice::ReadOnly))
        return 0;
    return double(status.readAll().split(' ').value(1).toLongLong()) * 4096 / 1e6;
}

/// Of all threads of this process.
Milliseconds cpuMs()
{
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return double(time.tv_sec) * 1e3 + double(time.tv_nsec) / 1e6;
}

class Report
{
public:
    void add(const std::string &name, long events, double value, const char *unit)
    {
        std::printf("%-34s %10ld %12.2f %s\n", name.c_str(), events, value, unit);
        std::fflush(stdout);
        auto &known = m_figures[name];
        if (!known.empty() && known.back().second > 0 && value > 0)
            std::printf("%-34s %10s %12.2f (events^x since %ld)\n", "", "grows with x =",
                        std::log(value / known.back().second)
                            / std::log(double(events) / double(known.back().first)),
                        known.back().first);
        known.emplace_back(events, value);
    }

private:
    std::map<std::string, std::vector<std::pair<long, double>>> m_figures;
};

bool makeJournal(const QString &file, long events)
{
    auto writer = store::JournalWriter::open(file.toStdString());
    if (!writer) {
        std::fprintf(stderr, "%s\n", writer.error().message.c_str());
        return false;
    }
    bench::InventedRun run(8);
    for (long i = 0; i < events - 9; ++i) {
        (*writer)->append(run.next());
        if (i % 50000 == 0) // what waits is in memory
            (void)(*writer)->flush();
    }
    for (const EventPtr &event : run.end())
        (*writer)->append(event);
    return (*writer)->flush().has_value();
}

double percentile(std::vector<double> values, double share)
{
    if (values.empty())
        return 0;
    std::sort(values.begin(), values.end());
    return values[std::min(values.size() - 1, std::size_t(share * double(values.size())))];
}

/// How long the GUI thread was busy with one thing at most, until `isOver`, or for `limit`.
template <typename IsOver>
Milliseconds longestFrame(IsOver isOver, Milliseconds limit)
{
    QEventLoop loop;
    QTimer heart;
    heart.setTimerType(Qt::PreciseTimer);
    QElapsedTimer all, beat;
    Milliseconds longest = 0;
    QObject::connect(&heart, &QTimer::timeout, &loop, [&] {
        longest = std::max(longest, msOf(beat));
        beat.start();
        if (isOver() || msOf(all) >= limit)
            loop.quit();
    });
    all.start();
    beat.start();
    heart.start(1);
    loop.exec();
    return longest;
}

void letGoOn(Milliseconds time)
{
    QEventLoop loop;
    QTimer::singleShot(int(time), &loop, &QEventLoop::quit);
    loop.exec();
}

void measure(const QString &folder, long events, Report &report)
{
    const QString file = folder + QStringLiteral("/%1.orrery").arg(events);
    if (!makeJournal(file, events))
        return;
    ui::WindowOptions options;
    options.runsFolder = folder + QStringLiteral("/runs");
    options.settingsFile = folder + QStringLiteral("/settings.ini");
    const double before = residentMb();
    ui::MainWindow window(options);
    window.resize(1600, 1000);
    window.show();
    (void)window.grab();
    auto *log = window.findChild<QAbstractItemView *>(QStringLiteral("eventsTable"));

    QElapsedTimer timer;
    timer.start();
    window.openFile(file);
    Milliseconds frame =
        longestFrame([&] { return log->model() && log->model()->rowCount() > 0; }, 600'000);
    (void)window.grab();
    report.add("first paint", events, msOf(timer), "ms");
    frame = std::max(frame, longestFrame([&] { return window.isCaughtUp(); }, 600'000));
    (void)window.grab();
    report.add("complete", events, msOf(timer), "ms");
    report.add("longest frame while it opens", events, frame, "ms");
    report.add("memory of the window", events, residentMb() - before, "MB");

    std::minstd_rand random(7);
    std::vector<double> instants;
    for (int i = 0; i < 12 && log->model()->rowCount() > 0; ++i) {
        const int row = int(random() % unsigned(log->model()->rowCount()));
        QElapsedTimer instant;
        instant.start();
        emit log->activated(log->model()->index(row, 0)); // what Return or a double click do
        longestFrame([&] { return window.isCaughtUp(); }, 60'000);
        (void)window.grab();
        instants.push_back(msOf(instant));
    }
    report.add("any instant, median", events, percentile(instants, 0.5), "ms");
    report.add("any instant, longest", events, percentile(instants, 1), "ms");
    QFile::remove(file);
}

/// What the window takes of a processor while it has nothing to do but to be there.
double idleShare(Milliseconds lasting)
{
    letGoOn(1500); // what was begun comes to its end
    const Milliseconds before = cpuMs();
    QElapsedTimer timer;
    timer.start();
    letGoOn(lasting);
    return (cpuMs() - before) / msOf(timer) * 100;
}

bool writeFile(const QString &name, const QByteArray &content)
{
    QFile file(name);
    return file.open(QIODevice::WriteOnly) && file.write(content) == content.size();
}

/// A team of scripted agents, each with the same answer.
QString writeTeam(const QString &folder, int agents, const QByteArray &limits,
                  const QByteArray &step)
{
    QByteArray team =
        R"({"name": "Measured", "task": "Be there.", "threads": 2,)" + limits + R"("agents": [)";
    for (int i = 0; i < agents; ++i)
        team += (i ? "," : "") + QByteArray(R"({"name": "agent)") + QByteArray::number(i)
                + R"(", "model": "scripted:all", "script": "script.json"})";
    team += "]}";
    const bool written =
        writeFile(folder + "/team.json", team)
        && writeFile(folder + "/script.json", R"({"agents": {"all": {"steps": [)" + step + "]}}}");
    return written ? folder + "/team.json" : QString();
}

struct LiveWindow {
    LiveWindow(const QString &folder, const QString &team) : window(optionsIn(folder))
    {
        window.resize(1600, 1000);
        window.show();
        if (window.openTeam(team))
            window.run();
    }
    static ui::WindowOptions optionsIn(const QString &folder)
    {
        ui::WindowOptions options;
        options.runsFolder = folder + QStringLiteral("/runs");
        options.settingsFile = folder + QStringLiteral("/settings.ini");
        return options;
    }
    ui::MainWindow window;
};

/// A team that works, is over, or waits: as if a person looked at it.
void measureTeams(const QString &folder, Report &report)
{
    constexpr int kAgents = 200;
    {
        LiveWindow live(folder, writeTeam(folder, kAgents, "", R"({"text": "Done."})"));
        longestFrame([&] { return live.window.isCaughtUp(); }, 60'000);
        report.add("idle, agents that have ended", kAgents, idleShare(4000), "% of a core");
    }
    {
        LiveWindow live(folder,
                        writeTeam(folder, kAgents, R"("limits": {"rpm": 1, "policy": "wait"},)",
                                  R"({"text": "Done."})"));
        letGoOn(3000);
        report.add("idle, agents that wait", kAgents, idleShare(4000), "% of a core");
    }
    {
        const QByteArray text = QByteArray("Some words of an answer that goes on. ").repeated(4000);
        LiveWindow live(
            folder,
            writeTeam(folder, 8, "", R"({"chars_per_second": 8000, "text": ")" + text + R"("})"));
        longestFrame([] { return false; }, 2000);
        auto *filter = live.window.findChild<QLineEdit *>(QStringLiteral("eventFilter"));
        std::vector<double> keys;
        Milliseconds longest = 0;
        for (int i = 0; i < 60 && filter; ++i) {
            longest = std::max(longest, longestFrame([] { return false; }, 50));
            QElapsedTimer key;
            key.start();
            QKeyEvent press(QEvent::KeyPress, Qt::Key_A, Qt::NoModifier, QStringLiteral("a"));
            QCoreApplication::sendEvent(filter, &press);
            (void)filter->grab();
            keys.push_back(msOf(key));
            filter->clear();
        }
        report.add("longest frame while they stream", 8, longest, "ms");
        report.add("key to pixel meanwhile, p99", 8, percentile(keys, 0.99), "ms");
    }
}

} // namespace

int main(int argc, char **argv)
{
    qputenv("QT_QPA_PLATFORM", "offscreen");
    keepFreedMemory();
    QElapsedTimer start;
    start.start();
    QApplication app(argc, argv);
    std::vector<long> sizes;
    for (int i = 1; i < argc; ++i) {
        const long size = std::atol(argv[i]);
        if (size < 1000) {
            std::fprintf(stderr, "usage: orrery-window-bench [EVENTS…], each at least 1000\n");
            return 2;
        }
        sizes.push_back(size);
    }
    if (sizes.empty())
        sizes = {10'000, 100'000, 1'000'000};
    const QTemporaryDir folder;
    Report report;
    {
        ui::WindowOptions options;
        options.settingsFile = folder.filePath(QStringLiteral("settings.ini"));
        ui::MainWindow window(options);
        window.resize(1600, 1000);
        window.show();
        (void)window.grab();
        std::printf("%-34s %10s %12.2f ms\n", "start to the first picture", "", msOf(start));
    }
    for (const long size : sizes)
        measure(folder.path(), size, report);
    measureTeams(folder.path(), report);
    return 0;
}
