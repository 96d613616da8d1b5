// SPDX-License-Identifier: GPL-3.0-or-later
// The lines that grep finds are those that the program grep finds, on random texts and expressions.
#include "tests/support/searchfolder.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <random>

using namespace orrery;
using namespace orrery::tools;

class TestGrepReference : public QObject
{
    Q_OBJECT

private:
    std::mt19937 m_random;

    std::size_t oneOf(std::size_t count)
    {
        return std::uniform_int_distribution<std::size_t>(0, count - 1)(m_random);
    }
    std::string some(const std::vector<std::string> &pieces, std::size_t most)
    {
        std::string text;
        for (std::size_t n = 1 + oneOf(most); n > 0; --n)
            text += pieces[oneOf(pieces.size())];
        return text;
    }
    static QByteArray program(const QStringList &arguments, const std::string &folder)
    {
        return testing::outputOf("grep", arguments, {}, QString::fromStdString(folder),
                                 {"LC_ALL=C.UTF-8"});
    }
    static bool knowsPerl()
    {
        return testing::outputOf("grep", {"-P", "\\x{e9}"}, "\xC3\xA9\n", ".", {"LC_ALL=C.UTF-8"})
               == "\xC3\xA9\n";
    }

private slots:
    void findsTheSameLines()
    {
        if (!knowsPerl())
            QSKIP("There is no grep with -P and UTF-8, so there is nothing to compare with.");
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        m_random.seed(seed);
        testing::SearchFolder folder;
        static const std::vector<std::string> characters = {
            "a",  "a", "b",  "B", "c", " ", "_", "1", "\xC3\xA9", "\xC3\x89", "\xE2\x82\xAC",
            "\t", "-", "\n", "\n"};
        static const std::vector<std::string> pieces = {
            "a",        "b",       "c",
            "\xC3\xA9", ".",       ".*",
            "a*",       "b+",      "c?",
            "[ab]",     "[^a]",    "\\b",
            "^",        "$",       "\\s",
            "\\S",      "\\d",     "a{2}",
            "(a|b)",    "(a|bc)*", "(?=b)",
            "(?!a)",    "(?<=a)",  "(?:ab)?",
            "(?i)b",    "\\x{e9}", "[\xC3\xA0-\xC3\xBF]",
            "|",        "\\ba",    "\\h",
            "\\A",      "\\z",     "a++",
            ".?"};
        int found = 0;
        int none = 0;
        for (int i = 0; i < 300; ++i) {
            const bool ends = oneOf(2) == 0;
            folder.write("a", some(characters, 120) + (ends ? "\n" : ""));
            const std::string pattern = some(pieces, 5);
            const bool ignoreCase = oneOf(3) == 0;
            const int context = oneOf(3) == 0 ? static_cast<int>(oneOf(4)) : 0;
            const ToolResult ours = folder.use("grep", {{"pattern", pattern},
                                                        {"path", "a"},
                                                        {"ignore_case", ignoreCase},
                                                        {"context", context}});
            QStringList arguments = {"-nP", "--with-filename", "-a"};
            if (context > 0)
                arguments += {"-C", QString::number(context)};
            if (ignoreCase)
                arguments += "-i";
            QByteArray theirs = program(
                arguments + QStringList{"-e", "(*UCP)" + QString::fromStdString(pattern), "a"},
                folder.root().string());
            // `a:1:text` is shown as `a:1: text`.
            QByteArray expected;
            for (QByteArray line : theirs.split('\n')) {
                if (line.startsWith('a')) {
                    int at = 2;
                    while (line[at] >= '0' && line[at] <= '9')
                        ++at;
                    line.insert(at + 1, ' ');
                }
                expected += line.isEmpty() ? line : line + '\n';
            }
            QByteArray given = QByteArray::fromStdString(ours.content);
            if (given.startsWith("No line matches.")) {
                given.clear();
                ++none;
            } else {
                ++found;
            }
            QVERIFY2(ours.ok, ours.content.c_str());
            if (given != expected)
                qWarning("%s", (pattern + "\n" + folder.root().string()).c_str());
            QCOMPARE(given, expected);
        }
        QVERIFY(found > 30 && none > 30);
    }
};

ORRERY_TEST(TestGrepReference)
#include "tst_grepreference.moc"
