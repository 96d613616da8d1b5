// SPDX-License-Identifier: GPL-3.0-or-later
// Lines of what comes a little at a time, or not at all.
#include "core/tools/descriptor.h"
#include "core/tools/search/linereader.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <array>
#include <atomic>
#include <thread>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

using namespace orrery::tools;

class TestLineReader : public QObject
{
    Q_OBJECT

private slots:
    /// A part of a piece comes first, then all else at once.
    void shortReadsMakeNoDifference()
    {
        std::string text;
        QStringList expected;
        for (int i = 0; text.size() < 3 * LineReader::kPieceBytes; ++i) {
            const QString line = "line " + QString::number(i);
            expected += line;
            text += line.toStdString() + "\n";
        }
        std::array<int, 2> ends = {-1, -1};
        QCOMPARE(::pipe2(ends.data(), O_CLOEXEC), 0);
        const Descriptor from(ends[0]);
        Descriptor to(ends[1]);
        if (::fcntl(to.get(), F_SETPIPE_SZ, static_cast<int>(text.size())) < 0)
            QSKIP("no pipe takes as much here");
        std::atomic<bool> isRead = false;
        std::thread writer([&text, &isRead, to = std::move(to)] {
            constexpr std::size_t first = 1000;
            ssize_t written = ::write(to.get(), text.data(), first);
            for (int left = 1; written > 0 && left > 0 && !isRead;)
                ::ioctl(to.get(), FIONREAD, &left), std::this_thread::yield();
            written = ::write(to.get(), text.data() + first, text.size() - first);
        });
        LineReader reader(from.get());
        QStringList lines;
        std::string_view line;
        while (reader.next(line))
            lines += QString::fromUtf8(line.data(), static_cast<int>(line.size()));
        isRead = true;
        writer.join();
        QCOMPARE(lines, expected);
        QCOMPARE(reader.number(), static_cast<std::size_t>(expected.size()));
        QCOMPARE(reader.error(), 0);
        QVERIFY(!reader.isBinary());
    }

    void whatCannotBeReadIsAnError()
    {
        const Descriptor folder(::open("/", O_RDONLY | O_DIRECTORY));
        LineReader reader(folder.get());
        std::string_view line;
        QVERIFY(!reader.next(line));
        QCOMPARE(reader.error(), EISDIR);
        QCOMPARE(reader.number(), std::size_t(0));
    }
};

ORRERY_TEST(TestLineReader)
#include "tst_linereader.moc"
