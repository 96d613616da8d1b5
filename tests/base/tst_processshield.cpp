// SPDX-License-Identifier: GPL-3.0-or-later
// What others see of a process that holds keys.
#include "core/base/processshield.h"
#include "tests/support/testregistry.h"

#include <QCoreApplication>
#include <QFile>
#include <QProcess>
#include <QTest>

#include <cstdio>
#include <cstdlib>

#include <sys/prctl.h>
#include <unistd.h>

namespace {

const char *const kShow = "ORRERY_TEST_SHIELD";

std::string ownEnvironment()
{
    QFile file(QStringLiteral("/proc/self/environ"));
    // Whoever is not root cannot even open it: it belongs to root then.
    return file.open(QFile::ReadOnly) ? file.readAll().toStdString() : std::string();
}

/// A line for each thing that a test wants to know.
int show(const QByteArray &how)
{
    setenv("ORRERY_TEST_BEFORE", "set by us", 1);
    if (how == "shielded")
        orrery::shieldProcess();
    setenv("ORRERY_TEST_AFTER", "later", 1);
    unsetenv("ORRERY_TEST_GONE");
    const auto valueOf = [](const char *name) {
        const char *value = std::getenv(name);
        return value ? value : "none";
    };
    std::printf("%d\n%d\n%s %s %s %s\n", prctl(PR_GET_DUMPABLE),
                int(ownEnvironment().find("very-secret") != std::string::npos),
                valueOf("ORRERY_TEST_KEY"), valueOf("ORRERY_TEST_BEFORE"),
                valueOf("ORRERY_TEST_AFTER"), valueOf("ORRERY_TEST_GONE"));
    std::fflush(stdout);
    return std::system("echo $ORRERY_TEST_KEY $ORRERY_TEST_AFTER");
}

const orrery::test::ChildRegistration kChild(kShow, show);

} // namespace

class TestProcessShield : public QObject
{
    Q_OBJECT

private slots:
    void othersSeeNothingOfIt_data()
    {
        QTest::addColumn<QByteArray>("how");
        QTest::addColumn<QByteArray>("seen");
        QTest::newRow("as it starts") << QByteArray("bare") << QByteArray("1\n1\n");
        QTest::newRow("shielded") << QByteArray("shielded") << QByteArray("0\n0\n");
    }
    void othersSeeNothingOfIt()
    {
        QFETCH(QByteArray, how);
        QFETCH(QByteArray, seen);
        QProcess child;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QString::fromLatin1(kShow), QString::fromLatin1(how));
        environment.insert(QStringLiteral("ORRERY_TEST_KEY"), QStringLiteral("very-secret"));
        environment.insert(QStringLiteral("ORRERY_TEST_GONE"), QStringLiteral("x"));
        child.setProcessEnvironment(environment);
        child.start(QCoreApplication::applicationFilePath(), {});
        QVERIFY(child.waitForFinished());
        QCOMPARE(child.exitCode(), 0);
        QCOMPARE(child.readAllStandardOutput(),
                 seen + "very-secret set by us later none\nvery-secret later\n");
    }
};

ORRERY_TEST(TestProcessShield)
#include "tst_processshield.moc"
