// SPDX-License-Identifier: GPL-3.0-or-later
// Which variables a command gets.
#include "core/base/secrets.h"
#include "core/tools/command/commandenvironment.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <algorithm>

using namespace orrery;
using namespace orrery::tools;

class TestCommandEnvironment : public QObject
{
    Q_OBJECT

private:
    static QByteArray valueIn(const std::vector<std::string> &environment, const QByteArray &name)
    {
        QByteArray value = "none";
        int count = 0;
        for (const std::string &variable : environment)
            if (variable.starts_with((name + "=").toStdString())) {
                value = QByteArray::fromStdString(variable).mid(name.size() + 1);
                ++count;
            }
        return count > 1 ? "more than one" : value;
    }

private slots:
    void onlyWhatIsNoKeyIsPassedOn_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<bool>("isPassedOn");
        for (const char *name :
             {"ORRERY_TEST_API_KEY", "ORRERY_TEST_KEYS", "orrery_test_token", "ORRERY_TEST_SECRETS",
              "ORRERY_TEST_PASSWORD", "ORRERY_TEST_PASSWD", "ORRERY_TEST_PASSPHRASE",
              "ORRERY_TEST_CREDENTIALS", "ORRERY_TEST_PASS", "orrery_test_pwd", "ORRERY_TEST_PAT",
              "ORRERY_TEST_AUTH", "ORRERY_TEST_COPY"})
            QTest::newRow(name) << QByteArray(name) << false;
        for (const char *name :
             {"ORRERY_TEST_PATH", "ORRERY_TEST_PASSES", "ORRERY_TEST_PWDS", "ORRERY_TESTPAT",
              "GIT_CONFIG_KEY_0", "ORRERY_TEST_AUTHOR", "orrery_test_auth"})
            QTest::newRow(name) << QByteArray(name) << true;
    }
    void onlyWhatIsNoKeyIsPassedOn()
    {
        QFETCH(QByteArray, name);
        QFETCH(bool, isPassedOn);
        Secrets secrets;
        secrets.add("ORRERY_TEST_AUTH", "very-secret-1");
        // Whatever it is called, it holds the same key.
        const QByteArray value = name == "ORRERY_TEST_COPY" ? "Bearer very-secret-1" : "x";
        qputenv(name.constData(), value);
        for (const bool inSandbox : {false, true})
            QCOMPARE(valueIn(commandEnvironment(inSandbox, &secrets), name),
                     isPassedOn ? value : QByteArray("none"));
        qunsetenv(name.constData());
    }

    void nobodyIsWaitedFor()
    {
        qputenv("PAGER", "less");
        qputenv("GIT_PAGER", "less");
        for (const bool inSandbox : {false, true}) {
            const auto environment = commandEnvironment(inSandbox, nullptr);
            QCOMPARE(valueIn(environment, "PAGER"), QByteArray("cat"));
            QCOMPARE(valueIn(environment, "GIT_PAGER"), QByteArray("cat"));
            QCOMPARE(valueIn(environment, "GIT_TERMINAL_PROMPT"), QByteArray("0"));
            QCOMPARE(valueIn(environment, "GIT_EDITOR"), QByteArray("true"));
            QCOMPARE(valueIn(environment, "DEBIAN_FRONTEND"), QByteArray("noninteractive"));
        }
        qunsetenv("PAGER");
        qunsetenv("GIT_PAGER");
    }

    void aSandboxHasNothingFromOutside_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("inside");
        for (const char *name : {"WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS",
                                 "SSH_AUTH_SOCK", "SSH_AGENT_PID", "GPG_AGENT_INFO",
                                 "XDG_RUNTIME_DIR", "TMPDIR", "SESSION_MANAGER", "DISPLAY"})
            QTest::newRow(name) << QByteArray(name) << QByteArray("none");
        QTest::newRow("CARGO_HOME") << QByteArray("CARGO_HOME") << QByteArray("/tmp/.cache/cargo");
        QTest::newRow("GOMODCACHE") << QByteArray("GOMODCACHE") << QByteArray("/tmp/.cache/go");
        QTest::newRow("GRADLE_USER_HOME")
            << QByteArray("GRADLE_USER_HOME") << QByteArray("/tmp/.cache/gradle");
        QTest::newRow("XDG_CACHE_HOME")
            << QByteArray("XDG_CACHE_HOME") << QByteArray("/tmp/.cache");
        QTest::newRow("npm_config_cache")
            << QByteArray("npm_config_cache") << QByteArray("/tmp/.cache/npm");
        QTest::newRow("CCACHE_DIR") << QByteArray("CCACHE_DIR") << QByteArray("/tmp/.cache/ccache");
        QTest::newRow("PYTHONPYCACHEPREFIX")
            << QByteArray("PYTHONPYCACHEPREFIX") << QByteArray("/tmp/.cache/python");
    }
    void aSandboxHasNothingFromOutside()
    {
        QFETCH(QByteArray, name);
        QFETCH(QByteArray, inside);
        const QByteArray before = qgetenv(name.constData());
        qputenv(name.constData(), "/outside");
        QCOMPARE(valueIn(commandEnvironment(false, nullptr), name), QByteArray("/outside"));
        QCOMPARE(valueIn(commandEnvironment(true, nullptr), name), inside);
        if (before.isEmpty())
            qunsetenv(name.constData());
        else
            qputenv(name.constData(), before);
    }

    void aProgramOfOurOwnGetsNothing()
    {
        const QByteArray before = qgetenv("LD_LIBRARY_PATH");
        qputenv("LD_LIBRARY_PATH", "/opt/lib");
        qputenv("ORRERY_TEST_PLAIN", "x");
        QCOMPARE(bareEnvironment(), std::vector<std::string>{"LD_LIBRARY_PATH=/opt/lib"});
        qunsetenv("LD_LIBRARY_PATH");
        QVERIFY(bareEnvironment().empty());
        qunsetenv("ORRERY_TEST_PLAIN");
        if (!before.isEmpty())
            qputenv("LD_LIBRARY_PATH", before);
    }
};

ORRERY_TEST(TestCommandEnvironment)
#include "tst_commandenvironment.moc"
