// SPDX-License-Identifier: GPL-3.0-or-later
// The patterns of the tool glob: a table, a slow and obvious matcher on random ones, and bounds.
#include "core/tools/search/globpattern.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <random>

using namespace orrery;
using namespace orrery::tools;

namespace {

using Dots = PathAutomaton::Dots;

constexpr char kSeam = '\1';

/// All that braces may stand for, with a seam at both ends of each choice. Of patterns whose braces are closed and have a
/// comma, without escapes.
std::vector<std::string> withoutBraces(const std::string &pattern)
{
    const std::size_t open = pattern.find('{');
    if (open == std::string::npos)
        return {pattern};
    std::vector<std::string> choices{""};
    std::size_t at = open + 1;
    for (int depth = 0; depth > 0 || pattern[at] != '}'; ++at) {
        depth += pattern[at] == '{' ? 1 : pattern[at] == '}' ? -1 : 0;
        if (depth == 0 && pattern[at] == ',')
            choices.emplace_back();
        else
            choices.back() += pattern[at];
    }
    std::vector<std::string> all;
    for (const std::string &choice : choices)
        for (const std::string &each : withoutBraces(pattern.substr(0, open) + kSeam + choice
                                                     + kSeam + pattern.substr(at + 1)))
            all.push_back(each);
    return all;
}

/// By trying everything. ASCII; sets are of the form [ab] or [!ab].
bool slowlyMatches(const std::string &pattern, std::size_t p, const std::string &path,
                   std::size_t i)
{
    if (p == pattern.size())
        return i == path.size();
    const bool beginsName = i == 0 || path[i - 1] == '/';
    const bool isHidden = beginsName && i < path.size() && path[i] == '.';
    if (pattern[p] == '*') {
        std::size_t end = p;
        while (end < pattern.size() && pattern[end] == '*')
            ++end;
        const bool across = end - p > 1;
        const bool wholeName = p == 0 || pattern[p - 1] == '/';
        if (across && wholeName && end < pattern.size() && pattern[end] == '/' && beginsName
            && slowlyMatches(pattern, end + 1, path, i))
            return true;
        for (;; ++i) {
            if (slowlyMatches(pattern, end, path, i))
                return true;
            const bool hidden = i < path.size() && path[i] == '.' && (i == 0 || path[i - 1] == '/');
            if (i == path.size() || hidden || (!across && path[i] == '/'))
                return false;
        }
    }
    if (i == path.size())
        return false;
    if (pattern[p] == '[') {
        const std::size_t end = pattern.find(']', p);
        const bool negated = pattern[p + 1] == '!';
        const bool isIn = pattern.substr(p + 1, end - p - 1).find(path[i]) != std::string::npos;
        return path[i] != '/' && !isHidden && isIn != negated
               && slowlyMatches(pattern, end + 1, path, i + 1);
    }
    const bool same = pattern[p] == '?' ? path[i] != '/' && !isHidden : pattern[p] == path[i];
    return same && slowlyMatches(pattern, p + 1, path, i + 1);
}

/// Whether stars stand on both sides of a seam, where they do not become two stars in a row.
bool joinsStars(const std::string &choice)
{
    for (auto at = choice.find(kSeam); at != std::string::npos; at = choice.find(kSeam, at + 1)) {
        const auto after = choice.find_first_not_of(kSeam, at);
        if (at > 0 && choice[at - 1] == '*' && after != std::string::npos && choice[after] == '*')
            return true;
    }
    return false;
}

} // namespace

class TestGlobPattern : public QObject
{
    Q_OBJECT

private slots:
    void matches_data()
    {
        QTest::addColumn<QByteArray>("pattern");
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<bool>("expected");
        const auto yes = [](const QByteArray &pattern, const QByteArray &path) {
            QTest::addRow("%s on %s", pattern.constData(), path.constData())
                << pattern << path << true;
        };
        const auto no = [](const QByteArray &pattern, const QByteArray &path) {
            QTest::addRow("%s not on %s", pattern.constData(), path.constData())
                << pattern << path << false;
        };
        yes("a", "a");
        no("a", "b");
        no("a", "A");
        no("a", "ab");
        no("ab", "a");
        // One star.
        yes("*", "a");
        no("*", "a/b");
        yes("*.c", "a.c");
        yes("a*", "a");
        yes("a*c", "abbc");
        no("a*c", "ab/c");
        yes("*/*", "a/b");
        // Two stars.
        yes("**", "a");
        yes("**", "a/b/c");
        yes("**/c", "c");
        yes("**/c", "a/b/c");
        no("**/c", "ac");
        yes("*/**", "a/b/c");
        no("*/**", "a");
        yes("*/**/b", "a/b");
        yes("*/**/b", "a/x/y/b");
        no("*/**/b", "ab");
        yes("**/**/b", "b");
        yes("***/b", "x/b");
        yes("**.c", "a/b.c"); // also beside other characters
        yes("?**c", "a/b/c");
        no("?**/c", "c");
        yes("{**,x}/c", "c");
        yes("{**,x}/c", "a/c");
        yes("*{/,x}**/c", "a/c");
        yes("{**/,}c", "c");
        // One character.
        yes("?", "a");
        no("?", "");
        no("?", "ab");
        no("a?b", "a/b");
        yes("?", "\xC3\xA9");
        yes("??", "\xF0\x9F\x98\x80\xC3\xA9");
        no("??", "\xC3\xA9");
        yes("?", "\xFF");
        yes("??", "\xC3(");
        yes("???", "\xED\xA0\x80");
        yes("??", "\xC0\x80");
        yes("???", "\xE0\x80\x80");
        yes("????", "\xF4\x90\x80\x80");
        yes("????", "\xF0\x80\x80\x80");
        yes("?", "\xF4\x8F\xBF\xBF");
        yes("?", "\xE0\xA0\x80");
        yes("?", "\xED\x9F\xBF");
        yes("?", "\xEE\x80\x80");
        yes("?", "\xC2\x80");
        yes("??", "\xC1\xBF");
        yes("????", "\xF5\x80\x80\x80");
        yes("?", "\xF0\x90\x80\x80");
        yes("*\xFF*", "a\xFF");
        // Sets.
        yes("[abc]", "b");
        no("[abc]", "d");
        yes("[b-d]", "b");
        yes("[b-d]", "d");
        no("[b-d]", "a");
        no("[b-d]", "e");
        no("[d-b]", "c");
        yes("[!a]", "b");
        yes("[^a]", "b");
        no("[!a]", "a");
        no("[!a]", "");
        no("x[!a]y", "x/y");
        yes("[]]", "]");
        yes("[!]]", "a");
        no("[!]]", "]");
        yes("[a-]", "-");
        yes("[-a]", "-");
        yes("[\xC3\xA0-\xC3\xBF]", "\xC3\xA9");
        no("[\xC3\xA0-\xC3\xBF]", "\xC3");
        yes("[\\]]", "]");
        yes("[a\\-c]", "-");
        no("[a\\-c]", "b");
        yes("[!\\!]", "a");
        yes("[*]", "*");
        no("[*]", "a");
        // What is not closed.
        yes("[a", "[a");
        no("[a", "a");
        yes("[", "[");
        yes("[]", "[]");
        yes("[!", "[!");
        yes("[a-", "[a-");
        yes("[a/b]", "[a/b]");
        yes("{a", "{a");
        yes("{a,b", "{a,b");
        yes("a}", "a}");
        yes("*[", "x[");
        // Braces.
        yes("{a,b}", "a");
        yes("{a,b}", "b");
        no("{a,b}", "c");
        no("{a,b}", "a,b");
        yes("{x}", "{x}");
        no("{x}", "x");
        yes("{}", "{}");
        yes("a{,b}", "a");
        yes("a{,b}", "ab");
        yes("*.{c,h}", "a.h");
        yes("{a,b{c,d}}e", "bde");
        no("{a,b{c,d}}e", "be");
        yes("{a/b,c}/d", "a/b/d");
        yes("{a{b,c}", "{ac");
        yes("{x{a,b}}", "{xa}");
        yes("{\\,,b}", ",");
        yes("{a\\},b}", "a}");
        yes("{*.c,?}", "q");
        yes("{a,b}{c,d}", "bc");
        // Escapes.
        yes("\\*", "*");
        no("\\*", "a");
        yes("\\{a,b}", "{a,b}");
        yes("a\\", "a\\");
        yes("\\\\", "\\");
        // Folders: a slash at the end, and parts that are none.
        yes("*/", "a/b/c");
        no("*/", "a");
        yes("*/./b", "a/b");
        yes("*//b", "a/b");
        // Hidden names.
        no("*", ".a");
        no("?a", ".a");
        no("[.]a", ".a");
        no("[!x]a", ".a");
        no("**", ".a/b");
        no("**", "a/.b/c");
        no("*/b", ".a/b");
        yes(".*", ".a");
        yes("*/.*", "a/.b");
        yes("**/.b/*", "a/.b/c");
        no("**/.b/*", ".a/.b/c");
        yes("{.a,b}/*", ".a/c");
        yes("a*", "a.b");
        yes("\\.a", ".a");
    }
    void matches()
    {
        QFETCH(QByteArray, pattern);
        QFETCH(QByteArray, path);
        QFETCH(bool, expected);
        const auto parsed = GlobPattern::parse(pattern.toStdString());
        QVERIFY(parsed.has_value());
        QCOMPARE(parsed->folder(), std::string());
        QCOMPARE(parsed->matches(path.toStdString(), Dots::Written), expected);
        if (expected) // more of them is not less
            QVERIFY(parsed->matches(path.toStdString(), Dots::All));
    }

    void hiddenNamesMatchWhenAllDo()
    {
        for (const auto &[pattern, path] : std::vector<std::pair<const char *, const char *>>{
                 {"*", ".a"}, {"?a", ".a"}, {"[.]a", ".a"}, {"**/c", ".a/.b/c"}})
            QVERIFY(GlobPattern::parse(pattern)->matches(path, Dots::All));
    }

    void beginsWithAFolder_data()
    {
        QTest::addColumn<QString>("pattern");
        QTest::addColumn<QString>("folder");
        QTest::addColumn<QString>("below"); ///< a path that matches
        QTest::addColumn<bool>("isName");
        QTest::addColumn<bool>("isLiteral");
        const auto row = [](const char *pattern, const char *folder, const char *below, bool isName,
                            bool isLiteral) {
            QTest::newRow(pattern) << pattern << folder << below << isName << isLiteral;
        };
        row("*.c", "", "a.c", true, false);
        row("a.c", "", "a.c", true, true);
        row("a/b.c", "a", "b.c", false, true);
        row("a/b/*.c", "a/b", "c.c", false, false);
        row("a/b*/c/d", "a", "bx/c/d", false, false);
        row("./*.c", ".", "a.c", false, false);
        row("../*.c", "..", "a.c", false, false);
        row("a/../b/*", "a/../b", "c", false, false);
        row("/a/*", "/a", "b", false, false);
        row("/*", "/", "a", false, false);
        row("/a", "/", "a", false, true);
        row("a/", "a", "b/c", false, false);
        row("a\\x/*", "ax", "b", false, false);
        row("a/{b/c,d}", "a", "b/c", false, false);
        row("a/[b]/c", "a", "b/c", false, false);
        row("a/?", "a", "b", false, false);
        row("a/**", "a", "b/c", false, false);
    }
    void beginsWithAFolder()
    {
        QFETCH(QString, pattern);
        QFETCH(QString, folder);
        QFETCH(QString, below);
        QFETCH(bool, isName);
        QFETCH(bool, isLiteral);
        const auto parsed = GlobPattern::parse(pattern.toStdString());
        QVERIFY(parsed.has_value());
        QCOMPARE(QString::fromStdString(parsed->folder()), folder);
        QVERIFY(parsed->matches(below.toStdString(), Dots::Written));
        QCOMPARE(parsed->isName(), isName);
        QCOMPARE(parsed->isLiteral(), isLiteral);
    }

    void leadsOnlyWhereSomethingMayMatch_data()
    {
        QTest::addColumn<QString>("pattern");
        QTest::addColumn<QString>("folder");
        QTest::addColumn<bool>("expected");
        const auto row = [](const char *pattern, const char *folder, bool expected) {
            QTest::addRow("%s, %s", pattern, folder) << pattern << folder << expected;
        };
        row("*", "", true);
        row("*", "a", false);
        row("*/b", "a", true);
        row("*/b", "a/b", false);
        row("*/b/*", "a/b", true);
        row("*/b/*", "a/c", false);
        row("**", "a/b/c", true);
        row("**", ".a", false);
        row("{a/b,c/d}/*", "a", true);
        row("{a/b,c/d}/*", "a/d", false);
        row("?b/**", "ab", true);
        row("?b/**", "a", false);
    }
    void leadsOnlyWhereSomethingMayMatch()
    {
        QFETCH(QString, pattern);
        QFETCH(QString, folder);
        QFETCH(bool, expected);
        const auto parsed = GlobPattern::parse(pattern.toStdString());
        QCOMPARE(parsed->leadsInto(folder.toStdString(), Dots::Written), expected);
    }

    void refuses_data()
    {
        QTest::addColumn<QString>("pattern");
        for (const char *pattern :
             {"..", "*/..", "*/../a", "a*/../b", "{../a,b}", "{a,..}/b", "a/.."})
            QTest::newRow(pattern) << pattern;
        QTest::newRow("too long") << QString(static_cast<int>(GlobPattern::kMostBytes) + 1,
                                             QChar('a'));
    }
    void refuses()
    {
        QFETCH(QString, pattern);
        const auto parsed = GlobPattern::parse(pattern.toStdString());
        QVERIFY(!parsed);
        QCOMPARE(parsed.error().code, ErrorCode::InvalidArgument);
    }
    void takesWhatOnlyLooksLikeIt()
    {
        for (const char *pattern : {"..a", "a..", "*..", "...", "{..a,b}"})
            QVERIFY2(GlobPattern::parse(pattern), pattern);
        QVERIFY(GlobPattern::parse(std::string(GlobPattern::kMostBytes, 'a')));
    }

    /// Each of these takes a matcher that goes back more than a lifetime.
    void noPatternTakesLong_data()
    {
        QTest::addColumn<QString>("pattern");
        QTest::newRow("folders") << "**/**/**/**/**/**/**/**/*a*b*c*d";
        QTest::newRow("stars") << "**/" + QString("*a").repeated(100) + "b";
        QTest::newRow("choices") << "**/" + QString("{a,aa,aaa}").repeated(60) + "b";
        QTest::newRow("nested") << QString("{a*,").repeated(200) + "b" + QString("}").repeated(200);
        QTest::newRow("stars in choices") << QString("{**,a}/").repeated(60) + "b";
        QTest::newRow("open braces") << QString("{").repeated(4000);
        QTest::newRow("empty choices") << QString("{,}").repeated(1000) + "b";
    }
    void noPatternTakesLong()
    {
        QFETCH(QString, pattern);
        const auto parsed = GlobPattern::parse(pattern.toStdString());
        QVERIFY(parsed.has_value());
        std::string path;
        for (int i = 0; i < 40; ++i)
            path += std::string(60, 'a') + '/';
        QVERIFY(!parsed->matches(path + std::string(60, 'a'), Dots::Written));
    }

    void agreesWithAnObviousMatcher()
    {
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        const auto oneOf = [&random](std::size_t count) {
            return std::uniform_int_distribution<std::size_t>(0, count - 1)(random);
        };
        static const std::vector<std::string> pieces = {
            "a",     "b",    "/",      "/",      ".",          "*",    "*",
            "**",    "**/",  "/**",    "/**/",   "?",          "[ab]", "[!a]",
            "{a,b}", "{a,}", "{**,a}", "{a/,b}", "{*,{.,b}/}", "{/,x}"};
        int matched = 0;
        for (int i = 0; i < 60000; ++i) {
            std::string pattern = "*"; // so that no folder is taken off, which the table is for
            if (oneOf(2) == 0)
                pattern = "**/";
            for (std::size_t n = oneOf(6); n > 0; --n)
                pattern += pieces[oneOf(pieces.size())];
            std::string path;
            for (std::size_t n = oneOf(8); n > 0; --n)
                path += "ab/."[oneOf(4)];
            // Not what the parser puts right: empty parts, and parts that are dots.
            auto choices = withoutBraces(pattern);
            if (std::any_of(choices.begin(), choices.end(), joinsStars))
                continue;
            for (std::string &choice : choices)
                std::erase(choice, kSeam);
            if (path.empty() || path.ends_with('/') || path.find("//") != std::string::npos
                || path.starts_with('/') || pattern.find("//") != std::string::npos
                || pattern.ends_with('/') || pattern.find("./") != std::string::npos)
                continue;
            const auto parsed = GlobPattern::parse(pattern);
            if (!parsed)
                continue; // goes up
            bool expected = false;
            for (const std::string &choice : choices)
                expected = expected || slowlyMatches(choice, 0, path, 0);
            matched += expected ? 1 : 0;
            QVERIFY2(parsed->matches(path, Dots::Written) == expected,
                     (pattern + " on " + path).c_str());
            // Whatever matches is found by a walk, which asks for each folder.
            for (auto at = path.find('/'); expected && at != std::string::npos;
                 at = path.find('/', at + 1))
                QVERIFY2(parsed->leadsInto(path.substr(0, at), Dots::Written),
                         (pattern + " into " + path.substr(0, at)).c_str());
        }
        QVERIFY(matched > 1000);
    }
};

ORRERY_TEST(TestGlobPattern)
#include "tst_globpattern.moc"
