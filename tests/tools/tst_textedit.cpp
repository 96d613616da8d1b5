// SPDX-License-Identifier: GPL-3.0-or-later
// The edit engine against a slow and obvious one, and the parts that it is made of.
#include "core/model/json.h"
#include "core/tools/files/editmismatch.h"
#include "core/tools/files/textedit.h"
#include "core/tools/files/textencoding.h"
#include "core/tools/files/unifieddiff.h"
#include "tests/support/rounds.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <random>

using namespace orrery;
using namespace orrery::tools;

namespace {

constexpr std::size_t kAnySize = 1 << 24;

/// Characters of a text, in each a line end as one.
using Characters = std::vector<std::string>;

Characters charactersOf(const std::string &text)
{
    Characters out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.compare(i, 2, "\r\n") == 0) {
            out.push_back("\r\n");
            ++i;
        } else {
            out.push_back(text.substr(i, 1));
        }
    }
    return out;
}

bool isLineEnd(const std::string &character, bool crIsEnd)
{
    return character == "\n" || character == "\r\n" || (crIsEnd && character == "\r");
}

bool isSame(const std::string &a, const std::string &b, bool crIsEnd)
{
    return a == b || (isLineEnd(a, crIsEnd) && isLineEnd(b, crIsEnd));
}

/// The text after an edit, or why there is none: "none", "several", "same".
std::string referenceEdit(const std::string &text, const TextEdit &edit)
{
    const bool hasLf = text.find('\n') != std::string::npos;
    const bool crIsEnd = !hasLf && text.find('\r') != std::string::npos;
    const Characters all = charactersOf(text);
    Characters old = charactersOf(edit.oldText);
    Characters now = charactersOf(edit.newText);
    if (edit.oldText == edit.newText)
        return "same";
    const auto matchesAt = [&](std::size_t at) {
        if (at + old.size() > all.size())
            return false;
        for (std::size_t i = 0; i < old.size(); ++i)
            if (!isSame(all[at + i], old[i], crIsEnd))
                return false;
        return true;
    };
    std::vector<std::size_t> places;
    for (std::size_t at = 0; at < all.size(); ++at)
        if (matchesAt(at)) {
            places.push_back(at);
            at += edit.all ? old.size() - 1 : 0;
        }
    const bool endsLine = !all.empty() && isLineEnd(all.back(), crIsEnd);
    if (places.empty() && old.size() > 1 && isLineEnd(old.back(), crIsEnd) && !endsLine) {
        old.pop_back();
        if (!now.empty() && isLineEnd(now.back(), crIsEnd))
            now.pop_back();
        if (old.size() <= all.size() && matchesAt(all.size() - old.size()))
            places.push_back(all.size() - old.size());
    }
    if (places.empty())
        return "none";
    if (places.size() > 1 && !edit.all)
        return "several";
    const auto count = [](const Characters &in, std::size_t from, std::size_t size,
                          const std::string &what) {
        return std::count(in.begin() + static_cast<std::ptrdiff_t>(from),
                          in.begin() + static_cast<std::ptrdiff_t>(from + size), what);
    };
    const auto lf = count(all, 0, all.size(), "\n");
    const auto crlf = count(all, 0, all.size(), "\r\n");
    std::string out;
    std::size_t at = 0;
    for (const std::size_t place : places) {
        for (; at < place; ++at)
            out += all[at];
        const auto lfHere = count(all, place, old.size(), "\n");
        const auto crlfHere = count(all, place, old.size(), "\r\n");
        std::string end = crIsEnd ? "\r" : crlf > lf ? "\r\n" : "\n";
        if (!crIsEnd && lfHere > 0 && crlfHere == 0)
            end = "\n";
        if (!crIsEnd && crlfHere > 0 && lfHere == 0)
            end = "\r\n";
        if (!crIsEnd && (lfHere > 0) == (crlfHere > 0)) {
            std::string around;
            for (std::size_t i = 0; i < place; ++i)
                around = isLineEnd(all[i], false) ? all[i] : around;
            for (std::size_t i = all.size(); i > place + old.size(); --i)
                around = isLineEnd(all[i - 1], false) ? all[i - 1] : around;
            end = around.empty() ? end : around;
        }
        const bool asGiven = lf + crlf == 0 && !crIsEnd;
        for (const std::string &character : now)
            out += isLineEnd(character, crIsEnd) && !asGiven ? end : character;
        at = place + old.size();
    }
    for (; at < all.size(); ++at)
        out += all[at];
    return out == text ? "same" : out;
}

} // namespace

class TestTextEdit : public QObject
{
    Q_OBJECT

private slots:
    void agreesWithTheReference()
    {
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        int done = 0;
        int refused = 0;
        for (int round = 0; round < test::rounds(20000); ++round) {
            const std::vector<std::vector<std::string>> kinds = {
                {"a", "b", "\n"},         {"a", "b", "\r\n"},        {"a", "b", "\r"},
                {"a", "b", "\n", "\r\n"}, {"a", "\n", "\r\n", "\r"}, {"a", "b"}};
            const auto text = [&](unsigned most, const std::vector<std::string> &letters) {
                std::string out;
                for (unsigned i = 0, n = random() % (most + 1); i < n; ++i)
                    out += letters[random() % letters.size()];
                return out;
            };
            const std::string whole = text(12, kinds[random() % kinds.size()]);
            TextEdit edit{text(3, kinds[random() % kinds.size()]),
                          text(4, kinds[random() % kinds.size()]), random() % 3 == 0};
            if (edit.oldText.empty())
                continue;
            const std::string expected = referenceEdit(whole, edit);
            const auto after = applyEdit(whole, edit, "a.txt", kAnySize);
            const std::string &said = after ? *after : after.error().message;
            const auto has = [&](const char *part) {
                return !after && said.find(part) != std::string::npos;
            };
            const bool agrees = expected == "none"      ? has("does not occur")
                                : expected == "several" ? has("occurs at lines")
                                : expected == "same"    ? !after
                                                        : after && *after == expected;
            (after ? done : refused) += 1;
            const std::string told =
                agrees ? std::string()
                       : Json{whole, edit.oldText, edit.newText, edit.all, expected, said}.dump();
            QVERIFY2(agrees, told.c_str());
        }
        QVERIFY(done > test::rounds(1000));
        QVERIFY(refused > test::rounds(1000));
    }

    void everyByteSurvives()
    {
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        for (int round = 0; round < test::rounds(3000); ++round) {
            std::string bytes = random() % 3 == 0   ? "\xFF\xFE"
                                : random() % 3 == 0 ? "\xFE\xFF"
                                                    : "";
            for (unsigned i = 0, n = random() % 30; i < n; ++i)
                bytes += static_cast<char>(random() % 4 ? random() % 256 : 0xD8 + random() % 8);
            const TextForm form = formOf(bytes);
            const std::string text = decoded(bytes, form);
            QCOMPARE(encoded(text, form).value(), bytes);
            if (form.isUtf16() || form.encoding == Encoding::Windows1252) {
                PiecewiseDecoder decoder(form);
                std::string pieces;
                for (std::size_t at = 0; at < bytes.size(); ++at)
                    pieces += decoder.next(bytes.substr(at, 1), false);
                QCOMPARE(pieces + decoder.next("", true), text);
            }
            QVERIFY(!Json(readable(bytes)).dump().empty()); // throws unless it is UTF-8
        }
    }

    void knowsEncodings_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<bool>("whole");
        QTest::addColumn<QString>("name");
        const auto row = [](const char *name, const char *bytes, bool whole, const char *form) {
            QTest::newRow(name) << QByteArray(bytes) << whole << QString(form);
        };
        row("ASCII", "a", true, "");
        row("UTF-8", "\xF0\x9F\x98\x80", true, "");
        row("half a character at the end", "a\xF0\x9F\x98", true, "Windows-1252");
        row("half a character before more", "a\xF0\x9F\x98", false, "");
        row("one byte before more", "a\xC3", false, "");
        row("overlong", "\xC0\x80 \xE0\x80\x80", true, "Windows-1252");
        row("half a pair", "\xED\xA0\x80", true, "Windows-1252");
        row("above U+10FFFF", "\xF4\x90\x80\x80", true, "Windows-1252");
        row("U+10FFFF", "\xF4\x8F\xBF\xBF", true, "");
        row("more good", "\xC3\xA4\xC3\xA4\xFF", true,
            "UTF-8, with bytes that are not, shown as U+FFFD");
        row("as many good", "\xC3\xA4\xFF", true,
            "UTF-8, with bytes that are not, shown as U+FFFD");
        row("fewer good", "\xC3\xA4\xFF\xFF", true, "Windows-1252");
        row("none good", "\xFF", true, "Windows-1252");
        row("a mark", "\xEF\xBB\xBF", true, "UTF-8 with a byte order mark");
    }
    void knowsEncodings()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(bool, whole);
        QFETCH(QString, name);
        QCOMPARE(QString::fromStdString(formOf(bytes.toStdString(), whole).name()), name);
    }

    void regionsAreThoseThatWereChanged()
    {
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        for (int round = 0; round < test::rounds(2000); ++round) {
            std::string before;
            std::string after;
            std::vector<ChangedLines> expected;
            int oldLine = 1;
            int nowLine = 1;
            int serial = 0;
            for (unsigned i = 0, n = random() % 8; i < n; ++i) {
                const int removed = static_cast<int>(random() % 4);
                const int added = static_cast<int>(random() % 4);
                if (removed + added > 0)
                    expected.push_back({oldLine, std::max(oldLine, oldLine + removed - 1), nowLine,
                                        std::max(nowLine, nowLine + added - 1), removed, added});
                for (int k = 0; k < removed; ++k)
                    before += "old " + std::to_string(++serial) + "\n";
                for (int k = 0; k < added; ++k)
                    after += "new " + std::to_string(++serial) + "\n";
                const std::string same = "same " + std::to_string(++serial) + "\n";
                before += same;
                after += same;
                oldLine += removed + 1;
                nowLine += added + 1;
            }
            QVERIFY(changedRegions(before, after) == expected);
        }
    }

    void tooManyDifferencesAreOneRegion()
    {
        const auto text = [](const std::string &word, int first, int second) {
            std::string out;
            for (int i = 0; i < first; ++i)
                out += word + std::to_string(i) + "\n";
            out += "same\n";
            for (int i = 0; i < second; ++i)
                out += word + "b" + std::to_string(i) + "\n";
            return out;
        };
        QCOMPARE(changedRegions(text("x", 500, 500), text("y", 500, 500)).size(), std::size_t(2));
        const auto one = changedRegions(text("x", 500, 500), text("y", 500, 501));
        QVERIFY(one == (std::vector<ChangedLines>{{1, 1001, 1, 1002, 1001, 1002}}));
    }

    void aMismatchIsToldInFewWords()
    {
        const auto numbered = [](int lines, const char *word) {
            std::string out;
            for (int i = 0; i < lines; ++i)
                out += std::string(word) + std::to_string(i) + std::string(300, 'x') + "\n";
            return out;
        };
        const std::string text = numbered(2000, "line ");
        // All but one line of it are there, or all but its spaces.
        const std::string far = text + "another line\n";
        for (const std::string &old : {far, numbered(2000, "line  "), numbered(2000, "\tline ")}) {
            const std::string said = describeMismatch(text, old);
            QVERIFY2(said.size() < 4000, said.c_str());
            QVERIFY2(said.find("[1992 more lines.]") != std::string::npos, said.c_str());
            QVERIFY2(said.find("[Cut: the line has") != std::string::npos, said.c_str());
        }
    }

    void largeTextsAreSearchedInLinearTime()
    {
        // What is quadratic would take hours: 5 MB, of which 2000 lines nearly match everywhere.
        std::string text;
        while (text.size() < 5'000'000)
            text += "        return value;\n\n    }\n";
        std::string old;
        for (int i = 0; i < 2000; ++i)
            old += i % 3 == 0 ? "        return value;\n" : i % 3 == 1 ? "\n" : "    }\n";
        old += "not there\n";
        const auto done = applyEdit(text, {old, "x", true}, "a.txt", kAnySize);
        QVERIFY(!done);
        QVERIFY(done.error().message.find("does not occur") != std::string::npos);
        const std::string blanks(5'000'000, ' ');
        QVERIFY(!applyEdit(blanks, {std::string(100'000, ' ') + "x", "y"}, "a.txt", kAnySize));
        const auto all = applyEdit(blanks.substr(0, 100'000), {"  ", " ", true}, "a.txt", kAnySize);
        QCOMPARE(all.value().size(), std::size_t(50'000));
    }
};

ORRERY_TEST(TestTextEdit)
#include "tst_textedit.moc"
