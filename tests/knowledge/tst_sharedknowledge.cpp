// SPDX-License-Identifier: GPL-3.0-or-later
// A knowledge base that two programs have open: what one writes, the other sees, and neither undoes it.
#include "core/knowledge/knowledgebase.h"
#include "core/store/sqlite.h"
#include "tests/support/testregistry.h"

#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include <random>
#include <set>
#include <thread>

using namespace orrery;
using namespace orrery::knowledge;

namespace {

std::unique_ptr<KnowledgeBase> openedBase(const QString &path)
{
    auto base = KnowledgeBase::open(path.toStdString());
    return base ? std::move(*base) : nullptr;
}

Entry sharedPage(const std::string &id, const std::string &title)
{
    Entry made;
    made.id = id;
    made.title = title;
    made.slug = slugify(title);
    made.content = "About " + title;
    return made;
}

Document sharedDocument(const std::string &id)
{
    Document made;
    made.id = id;
    made.title = "Document " + id;
    return made;
}

/// All that a knowledge base answers, as text.
QString answersOf(const KnowledgeBase &base)
{
    QString text;
    const auto add = [&text](const std::string &part) {
        text += QString::fromStdString(part) + " ";
    };
    for (const EntryPtr &entry : base.entries()) {
        add(entry->id + ":" + entry->slug + ":" + entry->title);
        for (const LinkPtr &link : base.outlinks(entry->id))
            add(">" + link->id);
        for (const LinkPtr &link : base.backlinks(entry->id))
            add("<" + link->id);
    }
    EntryQuery query;
    query.text = "title 1";
    for (const EntryHit &hit : base.search(query))
        add("found " + hit.entry->id);
    for (const char *slug : {"title-0", "title-1", "title-2", "title-1-2"})
        if (const EntryPtr entry = base.entryBySlug(slug))
            add(std::string(slug) + "=" + entry->id);
    add(std::to_string(base.linkCount({})) + " links");
    for (const DocumentPtr &document : base.documents())
        add(document->id + std::string(toString(document->status)));
    for (const DocumentPtr &document : base.documents({}, DocumentStatus::Pending))
        add("pending " + document->id);
    return text;
}

} // namespace

class TestSharedKnowledge : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;

private slots:
    void whatOneWritesTheOtherSees()
    {
        const QString path = m_folder.filePath("seen");
        const auto mine = openedBase(path);
        const auto others = openedBase(path);
        QVERIFY(others->storeEntry(sharedPage("a", "Rounding")));
        QVERIFY(mine->entry("a"));
        QVERIFY(mine->entryBySlug("rounding"));
        QVERIFY(others->updateEntry("a", {.title = "Money"}, 5));
        QCOMPARE(mine->entry("a")->title, std::string("Money"));
        QVERIFY(others->storeLink({"l", "a", "b"}));
        QCOMPARE(mine->outlinks("a").size(), 1u);
        QCOMPARE(mine->linkCount({}), 1u);
        QVERIFY(*others->deleteLink("l"));
        QVERIFY(!mine->isLinked("a"));
        QVERIFY(*others->deleteEntry("a"));
        QVERIFY(!mine->entry("a") && mine->entries().empty());
        QVERIFY(others->storeDocument(sharedDocument("d")));
        QVERIFY(mine->document("d"));
        QVERIFY(*others->deleteDocument("d"));
        QVERIFY(mine->documents().empty());
    }

    void aSlugIsGivenOnce()
    {
        const QString path = m_folder.filePath("slugs");
        const auto mine = openedBase(path);
        const auto others = openedBase(path);
        QCOMPARE((*mine->storeEntry(sharedPage("a", "Rounding")))->slug, std::string("rounding"));
        QCOMPARE((*others->storeEntry(sharedPage("b", "Rounding")))->slug,
                 std::string("rounding-2"));
        QCOMPARE((*mine->storeEntry(sharedPage("c", "Rounding")))->slug, std::string("rounding-3"));
    }

    void aChangeIsMadeToWhatTheOtherHasWritten()
    {
        const QString path = m_folder.filePath("changes");
        const auto mine = openedBase(path);
        const auto others = openedBase(path);
        QVERIFY(mine->storeEntry(sharedPage("a", "Rounding")));
        QVERIFY(others->updateEntry("a", {.content = "half up"}, 5));
        QVERIFY(mine->updateEntry("a", {.summary = "short"}, 6));
        QCOMPARE(openedBase(path)->entry("a")->content, std::string("half up"));
        QVERIFY(mine->storeDocument(sharedDocument("d")));
        QVERIFY(others->addCompiled("d", "e1", 7));
        QVERIFY(mine->addCompiled("d", "e2", 8));
        QCOMPARE(others->document("d")->entryIds, (std::vector<std::string>{"e1", "e2"}));
        QVERIFY(*others->deleteEntry("a"));
        QVERIFY(!mine->updateEntry("a", {.content = "again"}, 9));
        QVERIFY(!*mine->deleteEntry("a"));
    }

    void aDocumentIsTakenOnce()
    {
        const QString path = m_folder.filePath("queue");
        const auto mine = openedBase(path);
        for (int i = 0; i < 40; ++i)
            QVERIFY(mine->storeDocument(sharedDocument("d" + std::to_string(i))));
        const auto others = openedBase(path);
        std::vector<std::string> taken[2];
        const auto take = [](KnowledgeBase &base, std::vector<std::string> &ids) {
            for (auto document = base.takePending({}, 1); document && *document;
                 document = base.takePending({}, 1))
                ids.push_back((*document)->id);
        };
        std::thread other([&] { take(*others, taken[1]); });
        take(*mine, taken[0]);
        other.join();
        QCOMPARE(taken[0].size() + taken[1].size(), 40u);
        std::set<std::string> all(taken[0].begin(), taken[0].end());
        all.insert(taken[1].begin(), taken[1].end());
        QCOMPARE(all.size(), 40u);
    }

    void workInHandIsNotTakenForInterrupted()
    {
        const QString path = m_folder.filePath("in hand");
        auto mine = openedBase(path);
        QVERIFY(mine->storeDocument(sharedDocument("d")));
        QCOMPARE((*mine->takePending({}, 1))->id, std::string("d"));
        auto others = openedBase(path);
        QVERIFY(mine->document("d")->status == DocumentStatus::Processing);
        QVERIFY(!*others->takePending({}, 2));
        mine.reset();
        // Somebody is still there, but nobody who comes then.
        others.reset();
        others = openedBase(path);
        QCOMPARE((*others->takePending({}, 3))->id, std::string("d"));
    }

    void twoBasesAnswerAsOneThatIsOpenedAnew()
    {
        const auto seed = QRandomGenerator::global()->generate();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        const QString path = m_folder.filePath("random");
        const std::unique_ptr<KnowledgeBase> bases[] = {openedBase(path), openedBase(path)};
        const auto id = [&](const char *kind, unsigned count) {
            return kind + std::to_string(random() % count);
        };
        for (int step = 0; step < 300; ++step) {
            KnowledgeBase &base = *bases[random() % 2];
            const std::string title = "Title " + std::to_string(random() % 3);
            switch (random() % 8) {
            case 0:
            case 1: QVERIFY(base.storeEntry(sharedPage(id("e", 8), title))); break;
            case 2: (void)base.updateEntry(id("e", 8), {.title = title}, step); break;
            case 3: (void)base.updateEntry(id("e", 8), {.slug = slugify(title)}, step); break;
            case 4: QVERIFY(base.deleteEntry(id("e", 8))); break;
            case 5: QVERIFY(base.storeLink({id("l", 10), id("e", 8), id("e", 8)})); break;
            case 6: QVERIFY(base.deleteLink(id("l", 10))); break;
            default:
                if (random() % 3)
                    QVERIFY(base.storeDocument(sharedDocument(id("d", 6))));
                else if (random() % 2)
                    QVERIFY(base.takePending({}, step));
                else
                    QVERIFY(base.deleteDocument(id("d", 6)));
            }
            if (random() % 3)
                continue; // so that several changes come together
            const QString expected = answersOf(*openedBase(path));
            for (const auto &one : bases)
                QCOMPARE(answersOf(*one), expected);
        }
    }

    void whoIsFarBehindReadsEverythingAgain()
    {
        const QString path = m_folder.filePath("far behind");
        const auto base = openedBase(path);
        QVERIFY(base->storeEntry(sharedPage("gone", "Title 1")));
        QVERIFY(base->storeLink({"l", "gone", "kept"}));
        QVERIFY(base->storeDocument(sharedDocument("d")));
        {
            auto other =
                store::Database::open(path.toStdString(), store::Database::Mode::ReadWrite).value();
            const auto done = other.execute(
                "BEGIN; DELETE FROM entries; DELETE FROM links; DELETE FROM documents;"
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 17000)"
                " INSERT INTO changes(record_table, record_id) SELECT 'links', 'none' FROM n;"
                "COMMIT;");
            QVERIFY2(done, done ? "" : done.error().message.c_str());
        }
        QCOMPARE(answersOf(*base), answersOf(*openedBase(path)));
        QVERIFY(base->entries().empty() && base->documents().empty());
        QVERIFY(base->storeEntry(sharedPage("new", "Title 1")));
        QCOMPARE(answersOf(*base), answersOf(*openedBase(path)));
    }
};

ORRERY_TEST(TestSharedKnowledge)
#include "tst_sharedknowledge.moc"
