// SPDX-License-Identifier: GPL-3.0-or-later
// What .gitignore, .ignore and .git/info/exclude leave out, in a table and against git itself on random trees.
#include "core/tools/search/filewalk.h"
#include "tests/support/searchfolder.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <algorithm>
#include <map>
#include <random>

using namespace orrery;
using namespace orrery::tools;
namespace fs = std::filesystem;

namespace {

/// Random trees, their rules, and what git says of them. The repository stays, the trees are made anew; they are several as
/// each call of git takes its time.
class GitTrees
{
public:
    static constexpr int kTrees = 8;

    explicit GitTrees(unsigned seed) : m_random(seed) { git({"init", "-q", "."}, {}); }

    const fs::path &root() const { return m_folder.root(); }
    bool isThere() const { return fs::exists(root() / ".git"); }

    void grow()
    {
        for (const auto &entry : fs::directory_iterator(root()))
            if (entry.path().filename() != ".git")
                fs::remove_all(entry.path());
        m_paths.clear();
        m_rules.clear();
        for (int i = 0; i < kTrees; ++i) {
            const std::string tree = "t" + std::to_string(i);
            m_folder.write(tree + "/file", "");
            m_paths.push_back(tree + "/file");
            growFolder(tree + "/", 0);
        }
        if (oneOf(4) == 0)
            writeRules(".gitignore");
        if (oneOf(4) == 0)
            writeRules(".git/info/exclude");
        else
            fs::remove(root() / ".git/info/exclude");
    }
    /// The files that git does not leave out.
    std::vector<std::string> kept()
    {
        return list(git({"ls-files", "--others", "--exclude-standard", "-z"}, {}));
    }
    /// Of all paths, folders too, those that git leaves out.
    std::vector<std::string> ignored()
    {
        QByteArray paths;
        for (const std::string &path : m_paths)
            paths += QByteArray::fromStdString(path) + '\0';
        return list(git({"check-ignore", "--no-index", "-z", "--stdin"}, paths));
    }
    const std::vector<std::string> &paths() const { return m_paths; }
    std::string told() const { return m_rules; }

private:
    std::size_t oneOf(std::size_t count)
    {
        return std::uniform_int_distribution<std::size_t>(0, count - 1)(m_random);
    }
    template <std::size_t N>
    const char *any(const char *const (&choices)[N])
    {
        return choices[oneOf(N)];
    }
    QByteArray git(const QStringList &arguments, const QByteArray &input)
    {
        const QString home = QString::fromStdString(root().parent_path().string());
        return testing::outputOf("git", arguments, input, QString::fromStdString(root().string()),
                                 {"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
                                  "HOME=" + home, "XDG_CONFIG_HOME=" + home});
    }
    static std::vector<std::string> list(const QByteArray &output)
    {
        std::vector<std::string> paths;
        for (const QByteArray &path : output.split('\0'))
            if (!path.isEmpty())
                paths.push_back(path.toStdString());
        std::sort(paths.begin(), paths.end());
        return paths;
    }

    std::string name()
    {
        return any({"a",        "b",  "c",   "ab", "abc", "a.o",        "b.o", "foo",
                    "fool",     ".h", "a b", "a ", "[a]", "!a",         "#a",  "a\\b",
                    "\xC3\xA9", "-",  "]",   "A",  "1",   "foo.tar.gz", "*",   "?b"});
    }
    void growFolder(const std::string &folder, int depth)
    {
        const std::size_t count = 1 + oneOf(5);
        for (std::size_t i = 0; i < count; ++i) {
            const std::string path = folder + name();
            if (fs::exists(root() / path))
                continue;
            m_paths.push_back(path);
            if (depth < 4 && oneOf(5) < 3) {
                fs::create_directories(root() / path);
                growFolder(path + "/", depth + 1);
            } else {
                m_folder.write(path, "");
            }
        }
        if (oneOf(3) == 0 || depth == 0)
            writeRules(folder + ".gitignore");
    }
    std::string rule()
    {
        std::string text = any({"", "", "", "", "!", "!", "/", "**/", "#", "\\!", "\\#", "*"});
        const std::size_t parts = 1 + oneOf(4);
        for (std::size_t i = 0; i < parts; ++i) {
            static const std::vector<std::string> pieces = {"*",
                                                            "**",
                                                            "?",
                                                            "/",
                                                            "/",
                                                            "/",
                                                            "/**/",
                                                            "/**",
                                                            "**/",
                                                            "***",
                                                            "\\",
                                                            "[ab]",
                                                            "[!a]",
                                                            "[^b]",
                                                            "[a-c]",
                                                            "[c-a]",
                                                            "[]a]",
                                                            "[!]]",
                                                            "[",
                                                            "]",
                                                            "[a-",
                                                            "[[:alpha:]]",
                                                            "[[:digit:]x]",
                                                            "[[:punct:]]",
                                                            "[[:none:]]",
                                                            "[[:upper:]",
                                                            "[:a]",
                                                            "[[:a]",
                                                            "[[:]",
                                                            "[[::]]",
                                                            "[\\]]",
                                                            "[\\a-\\c]",
                                                            "[a\\-c]",
                                                            "[--0]",
                                                            "[]-a]",
                                                            "[/]",
                                                            "[!/]",
                                                            " ",
                                                            "\\ ",
                                                            "\\*",
                                                            "\\a",
                                                            ".",
                                                            ".o",
                                                            "*.o",
                                                            "foo*",
                                                            "\\/",
                                                            "//",
                                                            "a[",
                                                            "\t",
                                                            "[[:space:]]",
                                                            "[a-a-c]"};
            text += oneOf(2) == 0 ? name() : pieces[oneOf(pieces.size())];
        }
        return text + any({"", "", "", "", "/", "/", "/**", " ", "  ", "\\ ", "\\", "\r", "/*"});
    }
    void writeRules(const std::string &file)
    {
        std::string text = any({"", "", "", "\xEF\xBB\xBF"});
        const std::size_t count = 1 + oneOf(6);
        for (std::size_t i = 0; i < count; ++i)
            text += rule() + any({"\n", "\n", "\n", "\r\n", "\n\n"});
        if (oneOf(4) == 0)
            text.pop_back();
        m_folder.write(file, text);
        m_rules += "-- " + file + "\n" + text + "\n";
        if (file.ends_with(".gitignore"))
            m_paths.push_back(file);
    }

    testing::SearchFolder m_folder{testing::SearchFolder::Place::Memory};
    std::mt19937 m_random;
    std::vector<std::string> m_paths;
    std::string m_rules;
};

std::string differenceOf(const std::vector<std::string> &ours,
                         const std::vector<std::string> &theirs)
{
    std::vector<std::string> only;
    std::string text;
    std::set_difference(ours.begin(), ours.end(), theirs.begin(), theirs.end(),
                        std::back_inserter(only));
    for (const std::string &path : only)
        text += "only here: " + path + "\n";
    only.clear();
    std::set_difference(theirs.begin(), theirs.end(), ours.begin(), ours.end(),
                        std::back_inserter(only));
    for (const std::string &path : only)
        text += "only in git: " + path + "\n";
    return text;
}

WalkQuestion everything()
{
    WalkQuestion question;
    question.wants = [](std::string_view) { return true; };
    question.entersFolder = [](std::string_view) { return true; };
    return question;
}

} // namespace

class TestIgnoreRules : public QObject
{
    Q_OBJECT

private:
    static std::vector<std::string> walk(const fs::path &root, const WalkQuestion &question)
    {
        std::vector<std::string> paths;
        const auto found = walkFiles(root, question, {});
        if (!found)
            return {found.error().message};
        for (const WalkedFile &file : found->files)
            paths.push_back(file.path);
        std::sort(paths.begin(), paths.end());
        return paths;
    }

private slots:
    /// One rule, a path relative to its file, and whether it matches; a slash at the end makes the path a folder.
    void matches_data()
    {
        QTest::addColumn<QByteArray>("rule");
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<QString>("said");
        const auto row = [](const char *rule, const char *path, const char *said) {
            QTest::addRow("%s on %s", rule, path) << QByteArray(rule) << QByteArray(path) << said;
        };
        const char *out = "out";
        const char *in = "in";
        const char *nothing = "nothing";
        row("a", "a", out);
        row("a", "x/a", out);
        row("a", "ab", nothing);
        row("a", "A", nothing);
        row("!a", "a", in);
        row("\\!a", "!a", out);
        row("#a", "#a", nothing);
        row("\\#a", "#a", out);
        row("", "", nothing);
        row("/", "a/", nothing);
        row("!", "a", nothing);
        // Anchors.
        row("/a", "a", out);
        row("/a", "x/a", nothing);
        row("x/a", "x/a", out);
        row("x/a", "y/x/a", nothing);
        row("/x/a", "x/a", out);
        // Folders only.
        row("a/", "a/", out);
        row("a/", "x/a/", out);
        row("a/", "a", nothing);
        row("x/a/", "x/a/", out);
        row("x/a/", "x/a", nothing);
        row("/a/", "x/a/", nothing);
        // Wildcards within a name.
        row("*.o", "x/a.o", out);
        row("*.o", ".o", out);
        row("*.o", "a.ob", nothing);
        row("x/*.o", "x/a.o", out);
        row("x/*.o", "x/y/a.o", nothing);
        row("x*", "x", out);
        row("a?c", "abc", out);
        row("a?c", "ac", nothing);
        row("x/a?c", "x/a/c", nothing);
        row("a?", "a\xC3\xA9", nothing); // by bytes, as git does
        row("a??", "a\xC3\xA9", out);
        // Two stars.
        row("**/a", "a", out);
        row("**/a", "x/y/a", out);
        row("**/a", "xa", nothing);
        row("a/**", "a/b/c", out);
        row("a/**", "a/", nothing);
        row("a/**/b", "a/b", out);
        row("a/**/b", "a/x/y/b", out);
        row("a/**/b", "a/xb", nothing);
        row("x/a**b", "x/aqb", out);
        row("x/a**b", "x/a/b", nothing);
        row("x/y**", "x/yz", out);
        row("x/y**", "x/y/z", out); // git takes the literal beginning off first
        row("x/**y", "x/ay", out);
        row("x/**y", "x/a/y", nothing);
        row("**", "x/a", out);
        row("/**", "x/a", out);
        // Sets.
        row("[ab]", "b", out);
        row("[ab]", "c", nothing);
        row("[!ab]", "c", out);
        row("[^ab]", "c", out);
        row("[!ab]", "a", nothing);
        row("[b-d]", "b", out);
        row("[b-d]", "d", out);
        row("[b-d]", "a", nothing);
        row("[b-d]", "e", nothing);
        row("[]a]", "]", out);
        row("[!]a]", "]", nothing);
        row("[a-]", "-", out);
        row("[\\]]", "]", out);
        row("[", "[", nothing);
        row("a[", "a[", nothing);
        row("[[:digit:]]", "5", out);
        row("[[:digit:]]", "a", nothing);
        row("[[:xdigit:]]", "F", out);
        row("[[:xdigit:]]", "g", nothing);
        row("[[:space:]]x", "\tx", out);
        row("[[:space:]]x", "\vx", nothing);
        row("[[:none:]]", "n", nothing);
        row("[[:none:]]", ":", nothing);
        row("[[:a]", ":", out); // no class, so a set of these
        row("[[:a]", "[", out);
        row("[[:a]", "a", out);
        row("[[:]", ":", out);
        row("[[:]", "[", out);
        row("[[:]", "]", nothing);
        row("[[:]]", ":]", out);
        row("[[::]x]", ":x]", nothing);
        row("x[/]a", "x/a", nothing);
        row("x[!b]a", "x/a", nothing);
        // Escapes, and spaces at the end.
        row("\\*", "*", out);
        row("\\*", "a", nothing);
        row("\\a", "a", out);
        row("a\\", "a", nothing);
        row("a\\", "a\\", nothing);
        row("a ", "a", out);
        row("a  ", "a", out);
        row("a\\ ", "a ", out);
        row("a\\  ", "a ", out);
        row("a b", "a b", out);
        row(" a", " a", out);
        row("a\t", "a\t", out);
        for (const auto &[name, yes, no] :
             std::vector<std::tuple<const char *, const char *, const char *>>{
                 {"alnum", "09azAZ", "/:@[`{"},
                 {"alpha", "azAZ", "@[`{0"},
                 {"blank", " \t", "a\r"},
                 {"cntrl", "\x01\x1F\x7F", " ~"},
                 {"graph", "!~", " \x7F"},
                 {"lower", "az", "`{A"},
                 {"print", " ~", "\x1F\x7F"},
                 {"punct", "!.:@[`{~", "09AZaz "},
                 {"space", " \t\r", "\f\va"},
                 {"upper", "AZ", "@[a"},
                 {"xdigit", "09afAF", "/:@G`g"}}) {
            const QByteArray rule = QByteArray("[[:") + name + ":]]";
            for (const char *c = yes; *c; ++c)
                row(rule.constData(), QByteArray(1, *c).constData(), out);
            for (const char *c = no; *c; ++c)
                row(rule.constData(), QByteArray(1, *c).constData(), nothing);
        }
    }
    void matches()
    {
        QFETCH(QByteArray, rule);
        QFETCH(QByteArray, path);
        QFETCH(QString, said);
        const bool isFolder = path.endsWith('/') && path.size() > 1;
        if (isFolder)
            path.chop(1);
        const auto verdict =
            IgnoreRules::parse(rule.toStdString()).verdict(path.toStdString(), isFolder);
        QCOMPARE(QString(!verdict ? "nothing" : *verdict ? "out" : "in"), said);
    }

    void linesEndInEveryWay_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<bool>("isOut");
        QTest::newRow("LF") << QByteArray("a\nb\n") << QByteArray("b") << true;
        QTest::newRow("no end") << QByteArray("a\nb") << QByteArray("b") << true;
        QTest::newRow("CRLF") << QByteArray("a\r\nb\r\n") << QByteArray("a") << true;
        QTest::newRow("CRLF, a space before") << QByteArray("a \r\n") << QByteArray("a") << true;
        QTest::newRow("CR in the last line") << QByteArray("a\r") << QByteArray("a\r") << false;
        QTest::newRow("BOM") << QByteArray("\xEF\xBB\xBF"
                                           "a\n")
                             << QByteArray("a") << true;
        QTest::newRow("BOM later") << QByteArray("x\n\xEF\xBB\xBF"
                                                 "a\n")
                                   << QByteArray("a") << false;
        QTest::newRow("NUL") << QByteArray("a\0b\nc\n", 6) << QByteArray("a") << true;
        QTest::newRow("the last wins") << QByteArray("a\n!a\n") << QByteArray("a") << false;
        QTest::newRow("so it does again") << QByteArray("!a\na\n") << QByteArray("a") << true;
    }
    void linesEndInEveryWay()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, path);
        QFETCH(bool, isOut);
        const auto verdict =
            IgnoreRules::parse(text.toStdString()).verdict(path.toStdString(), false);
        QCOMPARE(verdict.value_or(false), isOut);
    }

    void filesOfRulesAreWeighed_data()
    {
        using Files = QMap<QString, QString>;
        QTest::addColumn<Files>("rules");
        QTest::addColumn<QString>("start");
        QTest::addColumn<QStringList>("kept"); // of a.o, s/a.o, s/t/a.o, s/t/b.c
        const auto row = [](const char *name, const Files &rules, const char *start,
                            const QStringList &kept) {
            QTest::newRow(name) << rules << start << kept;
        };
        row("none", {}, "", {"a.o", "s/a.o", "s/t/a.o", "s/t/b.c"});
        row("at the root", {{".gitignore", "*.o"}}, "", {"s/t/b.c"});
        row("anchored", {{".gitignore", "/a.o"}}, "", {"s/a.o", "s/t/a.o", "s/t/b.c"});
        row("nested, anchored", {{"s/.gitignore", "/a.o"}}, "", {"a.o", "s/t/a.o", "s/t/b.c"});
        row("nested, path", {{"s/.gitignore", "t/*.c"}}, "", {"a.o", "s/a.o", "s/t/a.o"});
        row("nearer wins", {{".gitignore", "*.o"}, {"s/.gitignore", "!a.o"}}, "",
            {"s/a.o", "s/t/a.o", "s/t/b.c"});
        row("nothing in what is out comes back",
            {{".gitignore", "s/\n!s/a.o"}, {"s/.gitignore", "!*"}}, "", {"a.o"});
        row("its contents do", {{".gitignore", "s/*\n!s/a.o"}}, "", {"a.o", "s/a.o"});
        row(".ignore alone", {{".ignore", "*.o"}}, "", {"s/t/b.c"});
        row(".ignore wins", {{".ignore", "!a.o"}, {".gitignore", "*.o"}}, "",
            {"a.o", "s/a.o", "s/t/a.o", "s/t/b.c"});
        row(".ignore wins the other way", {{".ignore", "*.o"}, {".gitignore", "!a.o"}}, "",
            {"s/t/b.c"});
        row("exclude", {{".git/info/exclude", "*.o"}}, "", {"s/t/b.c"});
        row("exclude has least weight", {{".git/info/exclude", "*.o"}, {".gitignore", "!/a.o"}}, "",
            {"a.o", "s/t/b.c"});
        row("of another repository", {{"s/.git/info/exclude", "*.o"}}, "",
            {"a.o", "s/a.o", "s/t/a.o", "s/t/b.c"});
        row("rules above the start", {{".gitignore", "*.o"}}, "s/t", {"s/t/b.c"});
        row("anchored above the start", {{".gitignore", "/s/t/a.o"}}, "s/t", {"s/t/b.c"});
        row("between", {{"s/.gitignore", "t/a.o"}}, "s/t", {"s/t/b.c"});
        row("exclude above the start", {{".git/info/exclude", "*.o"}}, "s/t", {"s/t/b.c"});
        row("a start that is out", {{".gitignore", "s\n*.o"}}, "s",
            {"s/a.o", "s/t/a.o", "s/t/b.c"});
        row("a start in what is out", {{".gitignore", "/s/\n*.o"}}, "s/t", {"s/t/a.o", "s/t/b.c"});
        row("its own rules hold", {{".gitignore", "s"}, {"s/.gitignore", "*.c"}}, "s",
            {"s/a.o", "s/t/a.o"});
        row("the same, deeper", {{".gitignore", "s"}, {"s/.gitignore", "*.c"}}, "s/t", {"s/t/a.o"});
    }
    void filesOfRulesAreWeighed()
    {
        using Files = QMap<QString, QString>;
        QFETCH(Files, rules);
        QFETCH(QString, start);
        QFETCH(QStringList, kept);
        testing::SearchFolder folder;
        for (const char *file : {"a.o", "s/a.o", "s/t/a.o", "s/t/b.c"})
            folder.write(file, "");
        for (auto it = rules.begin(); it != rules.end(); ++it)
            folder.write(it.key().toStdString(), it.value().toStdString());
        WalkQuestion question = everything();
        question.start = start.toStdString();
        question.wants = [](std::string_view path) {
            return path.ends_with(".o") || path.ends_with(".c");
        };
        QStringList found;
        for (const std::string &path : walk(folder.root(), question))
            found += QString::fromStdString(path);
        QCOMPARE(found, kept);
        question.leftOutToo = true;
        question.start.clear();
        QCOMPARE(walk(folder.root(), question),
                 (std::vector<std::string>{"a.o", "s/a.o", "s/t/a.o", "s/t/b.c"}));
    }

    void rulesThatAreNoFileAreNone()
    {
        testing::SearchFolder folder;
        folder.write("a.o", "");
        folder.write("rules", "*.o");
        fs::create_symlink("rules", folder / ".gitignore"); // git follows none either
        QCOMPARE(::mkfifo((folder / ".ignore").c_str(), 0600), 0);
        QCOMPARE(walk(folder.root(), everything()),
                 (std::vector<std::string>{".gitignore", "a.o", "rules"}));
    }

    void isWhatGitSays()
    {
        if (QStandardPaths::findExecutable("git").isEmpty())
            QSKIP("git is not installed, so there is nothing to compare with.");
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        GitTrees trees(seed);
        QVERIFY(trees.isThere());
        std::size_t ignored = 0;
        std::size_t files = 0;
        std::size_t paths = 0;
        for (int i = 0; i < 50; ++i) {
            trees.grow();
            const auto kept = trees.kept();
            const std::string difference = differenceOf(walk(trees.root(), everything()), kept);
            QVERIFY2(difference.empty(), (difference + trees.told()).c_str());
            if (i % 8 != 0)
                continue;
            // Its other command agrees: a file is either listed or ignored.
            for (const std::string &path : trees.ignored())
                ignored += fs::is_regular_file(trees.root() / path) ? 1 : 0;
            files += kept.size();
            for (const std::string &path : trees.paths())
                paths += fs::is_regular_file(trees.root() / path) ? 1 : 0;
            QCOMPARE(ignored + files, paths);
        }
        QVERIFY(ignored > paths / 50); // the rules do say something
        QVERIFY(ignored < paths);
    }
};

ORRERY_TEST(TestIgnoreRules)
#include "tst_ignorerules.moc"
