// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/knowledge/health.h"
#include "core/knowledge/knowledgebase.h"
#include "core/knowledge/knowledgetools.h"
#include "core/memory/jaro.h"
#include "core/store/sqlite.h"
#include "tests/support/testregistry.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <random>
#include <thread>

using namespace orrery;
using namespace orrery::knowledge;

namespace {

using Kb = std::optional<std::string>;

Entry entry(const std::string &id, const std::string &title, Kb kbId = {})
{
    Entry made;
    made.id = id;
    made.title = title;
    made.slug = slugify(title);
    made.content = "About " + title + ".";
    made.kbId = std::move(kbId);
    return made;
}

Link link(const std::string &id, const std::string &from, const std::string &to, Kb kbId = {})
{
    Link made;
    made.id = id;
    made.from = from;
    made.to = to;
    made.kbId = std::move(kbId);
    return made;
}

Document document(const std::string &id, DocumentStatus status = DocumentStatus::Pending)
{
    Document made;
    made.id = id;
    made.title = "Doc " + id;
    made.content = "text of " + id;
    made.checksum = checksumOf(made.content);
    made.status = status;
    return made;
}

std::unique_ptr<KnowledgeBase> opened(const QString &path = {})
{
    auto base = KnowledgeBase::open(path.toStdString());
    return base ? std::move(*base) : nullptr;
}

template <typename List>
std::vector<std::string> ids(const List &records)
{
    std::vector<std::string> list;
    for (const auto &record : records)
        list.push_back(record->id);
    return list;
}

using Ids = std::vector<std::string>;

} // namespace

class TestKnowledgeBase : public QObject
{
    Q_OBJECT

private slots:
    void givesEachEntryASlugOfItsOwn();
    void keepsSlugsAcrossReopening();
    void agreesWithALinearScan_data();
    void agreesWithALinearScan();
    void scoresAsItSays();
    void keepsEverythingInItsFile();
    void refusesForeignFiles();
    void resumesTheIngestQueue();
    void reportsHealth();
    void roundsHalvesAway_data();
    void roundsHalvesAway();
    void toolsReportEveryChange();
    void anEntryMarksItsDocumentsAsCompiled();
    void isReadWhileItIsWritten();
};

void TestKnowledgeBase::givesEachEntryASlugOfItsOwn()
{
    const auto base = opened();
    const auto store = [&](const std::string &id, const std::string &title, Kb kb = {}) {
        return (*base->storeEntry(entry(id, title, std::move(kb))))->slug;
    };
    QCOMPARE(store("a", "Émigré Café"), std::string("emigre-cafe"));
    QCOMPARE(store("b", "Emigre cafe"), std::string("emigre-cafe-2"));
    QCOMPARE(store("c", "Emigre cafe", "other"), std::string("emigre-cafe"));
    QCOMPARE(store("b", "Emigre cafe"), std::string("emigre-cafe-2"));
    QCOMPARE(store("d", "Emigre cafe"), std::string("emigre-cafe-3"));
    QCOMPARE(*base->deleteEntry("b"), true);
    QCOMPARE(*base->deleteEntry("b"), false);
    QCOMPARE(store("e", "Emigre cafe"), std::string("emigre-cafe-2"));
    // The latest in any knowledge base, or that of one.
    QCOMPARE(base->entryBySlug("emigre-cafe")->id, std::string("c"));
    QCOMPARE(base->entryBySlug(std::nullopt, "emigre-cafe")->id, std::string("a"));
    QVERIFY(!base->entryBySlug("other", "emigre-cafe-2"));
    QVERIFY(base->updateEntry("a", {.title = "New"}, 1));
    QCOMPARE(base->entry("a")->slug, std::string("emigre-cafe"));
    QCOMPARE((*base->updateEntry("a", {.slug = "emigre-cafe-3"}, 1))->slug,
             std::string("emigre-cafe-3-2"));
    QVERIFY(base->updateEntry("a", {.kbId = Kb("other")}, 1));
    QCOMPARE(base->entryBySlug("other", "emigre-cafe-3-2")->id, std::string("a"));
}

void TestKnowledgeBase::keepsSlugsAcrossReopening()
{
    QTemporaryDir dir;
    const QString path = dir.filePath("k.sqlite");
    {
        const auto base = opened(path);
        for (const auto &[id, kb] : {std::pair("a", "one"), {"b", "two"}, {"c", "three"}})
            QVERIFY(base->storeEntry(entry(id, "Same", kb)));
        QVERIFY(base->storeEntry(entry("a", "Same", "one")));     // is the latest again
        QVERIFY(base->updateEntry("b", {.title = "Changed"}, 1)); // is not
    }
    const auto base = opened(path);
    QCOMPARE(base->entryBySlug("same")->id, std::string("a"));
    QCOMPARE(ids(base->entries()), (Ids{"a", "b", "c"}));
    QVERIFY(base->deleteEntry("a"));
    QCOMPARE(base->entryBySlug("same")->id, std::string("c"));
    QCOMPARE((*base->storeEntry(entry("d", "Same", "two")))->slug, std::string("same-2"));
}

void TestKnowledgeBase::agreesWithALinearScan_data()
{
    QTest::addColumn<bool>("onDisk");
    QTest::newRow("in memory") << false;
    QTest::newRow("in a file, reopened") << true;
}

void TestKnowledgeBase::agreesWithALinearScan()
{
    QFETCH(bool, onDisk);
    const unsigned seed = std::random_device{}();
    qInfo("seed %u", seed);
    std::mt19937 random(seed);
    const auto pick = [&](int most) { return int(random() % unsigned(most)); };
    const auto name = [&](const char *prefix, int most) {
        return prefix + std::to_string(pick(most));
    };
    QTemporaryDir dir;
    const QString path = onDisk ? dir.filePath("k.sqlite") : QString();
    auto base = opened(path);
    std::vector<Entry> entries;
    std::vector<Link> links;
    const auto known = [&](const std::string &id) {
        return std::find_if(entries.begin(), entries.end(),
                            [&](const Entry &entry) { return entry.id == id; });
    };
    for (int step = 0; step < 1200; ++step) {
        switch (pick(6)) {
        case 0:
        case 1: {
            Entry made = entry(name("e", 15), name("title ", 5), pick(2) ? Kb("kb") : Kb());
            made.type = static_cast<EntryType>(pick(5));
            for (int i = pick(4); i > 0; --i)
                made.tags.push_back(name("t", 4));
            for (int i = pick(3); i > 0; --i)
                made.concepts.push_back(name("c", 3));
            const auto stored = base->storeEntry(made);
            QVERIFY(stored);
            if (const auto it = known(made.id); it != entries.end())
                *it = **stored;
            else
                entries.push_back(**stored);
            break;
        }
        case 2: {
            const std::string id = name("e", 15);
            QCOMPARE(*base->deleteEntry(id), known(id) != entries.end());
            std::erase_if(entries, [&](const Entry &entry) { return entry.id == id; });
            break;
        }
        case 3: {
            const std::string id = name("l", 25);
            const auto count = std::erase_if(links, [&](const Link &l) { return l.id == id; });
            QCOMPARE(*base->deleteLink(id), count > 0);
            break;
        }
        default: {
            const Link made =
                link(name("l", 25), name("e", 15), name("e", 15), pick(2) ? Kb("kb") : Kb());
            QVERIFY(base->storeLink(made));
            std::erase_if(links, [&](const Link &l) { return l.id == made.id; });
            links.push_back(made);
        }
        }
        if (onDisk && step % 300 == 299) {
            base.reset();
            base = opened(path);
            QVERIFY(base);
        }
        EntryFilter filter;
        if (pick(2))
            filter.kbId = "kb";
        if (pick(3) == 0)
            filter.type = static_cast<EntryType>(pick(5));
        if (pick(3) == 0)
            filter.tags = Ids{name("t", 4), name("t", 4)};
        if (pick(8) == 0)
            filter.concepts = Ids{};
        Ids expected;
        for (const Entry &entry : entries) {
            const auto any = [](const auto &wanted, const auto &held) {
                return std::any_of(wanted.begin(), wanted.end(), [&](const auto &value) {
                    return std::find(held.begin(), held.end(), value) != held.end();
                });
            };
            if ((!filter.kbId || entry.kbId == filter.kbId)
                && (!filter.type || entry.type == *filter.type)
                && (!filter.tags || any(*filter.tags, entry.tags))
                && (!filter.concepts || any(*filter.concepts, entry.concepts)))
                expected.push_back(entry.id);
        }
        QCOMPARE(ids(base->entries(filter)), expected);
        const std::string id = name("e", 15);
        Ids out, in;
        std::set<std::string> near;
        for (const Link &link : links) {
            if (link.from == id)
                out.push_back(link.id);
            if (link.to == id)
                in.push_back(link.id);
            for (const auto &[own, other] : {std::pair(link.from, link.to), {link.to, link.from}})
                if (own == id && known(other) != entries.end())
                    near.insert(other);
        }
        QCOMPARE(ids(base->outlinks(id)), out);
        QCOMPARE(ids(base->backlinks(id)), in);
        QCOMPARE(base->isLinked(id), !out.empty() || !in.empty());
        Ids related = ids(base->related(id, 100));
        std::sort(related.begin(), related.end());
        QCOMPARE(related, Ids(near.begin(), near.end()));
        QCOMPARE(base->linkCount(Kb("kb")),
                 std::size_t(std::count_if(links.begin(), links.end(),
                                           [](const Link &l) { return l.kbId.has_value(); })));
        for (const Entry &entry : entries)
            QCOMPARE(base->entryBySlug(entry.kbId, entry.slug)->id, entry.id);
    }
}

void TestKnowledgeBase::scoresAsItSays()
{
    const unsigned seed = std::random_device{}();
    qInfo("seed %u", seed);
    std::mt19937 random(seed);
    const char *words[] = {"rounding", "Refund", "VAT",    "half",
                           "überall",  "cent",   "日本語", "rule"};
    const auto text = [&](int count) {
        std::string made;
        for (int i = 0; i < count; ++i)
            made += std::string(i ? " " : "") + words[random() % 8];
        return made;
    };
    const auto base = opened();
    std::vector<Entry> entries;
    for (int i = 0; i < 200; ++i) {
        Entry made = entry("e" + std::to_string(i), text(1 + i % 3));
        made.content = text(1 + i % 60);
        entries.push_back(**base->storeEntry(made));
    }
    for (int i = 0; i < 30; ++i) {
        EntryQuery query;
        query.text = text(1 + i % 4);
        query.limit = 15;
        query.minScore = i % 2 ? 0.6 : 0.0;
        std::vector<std::pair<double, std::size_t>> expected;
        const auto lower = [](const std::string &utf8) {
            return QString::fromStdString(utf8).toLower().toStdString();
        };
        for (std::size_t j = 0; j < entries.size(); ++j) {
            const double title = memory::jaro(lower(query.text), lower(entries[j].title));
            const double content = memory::jaro(lower(query.text), lower(entries[j].content));
            const double score = std::min(1.0, std::max(1.2 * title, content));
            if (score > query.minScore)
                expected.emplace_back(-score, j);
        }
        std::sort(expected.begin(), expected.end());
        expected.resize(std::min<std::size_t>(expected.size(), 15));
        const auto hits = base->search(query);
        QCOMPARE(hits.size(), expected.size());
        for (std::size_t j = 0; j < hits.size(); ++j) {
            QCOMPARE(hits[j].score, -expected[j].first);
            QCOMPARE(hits[j].entry->id, entries[expected[j].second].id);
            QCOMPARE(std::min(1.0, std::max(1.2 * hits[j].titleScore, hits[j].contentScore)),
                     hits[j].score);
        }
    }
}

void TestKnowledgeBase::keepsEverythingInItsFile()
{
    QTemporaryDir dir;
    const QString path = dir.filePath("k.sqlite");
    Entry full = entry("e", "Title", "kb");
    full.summary = "short";
    full.type = EntryType::Glossary;
    full.concepts = {"c1", "c2"};
    full.tags = {"t"};
    full.confidence = 0.125;
    full.sourceDocIds = {"d"};
    full.createdMs = 1;
    full.updatedMs = 2;
    full.verifiedMs = 3;
    Link labelled = link("l", "e", "ghost", "kb");
    labelled.label = "see";
    labelled.weight = 0.5;
    labelled.type = LinkType::ParentChild;
    Document failed = document("d", DocumentStatus::Failed);
    failed.problem = "unreadable";
    failed.sourceUrl = "https://example.org/x";
    failed.type = DocumentType::Pdf;
    {
        const auto base = opened(path);
        QVERIFY(base->storeEntry(full) && base->storeLink(labelled));
        QVERIFY(base->storeDocument(failed) && base->storeDocument(document("gone")));
        QVERIFY(*base->deleteDocument("gone"));
    }
    const auto base = opened(path);
    QVERIFY(toJson(*base->entry("e")) == toJson(full));
    QVERIFY(toJson(*base->links().front()) == toJson(labelled));
    QVERIFY(toJson(*base->document("d")) == toJson(failed));
    QCOMPARE(base->document("d")->content, failed.content);
    QCOMPARE(base->documents().size(), std::size_t(1));
    QVERIFY(entryFromJson(toJson(full)) && toJson(*entryFromJson(toJson(full))) == toJson(full));
    QVERIFY(toJson(*linkFromJson(toJson(labelled))) == toJson(labelled));
}

void TestKnowledgeBase::refusesForeignFiles()
{
    QTemporaryDir dir;
    const std::string path = dir.filePath("f.sqlite").toStdString();
    {
        auto file = store::Database::open(path, store::Database::Mode::ReadWrite);
        QVERIFY(file && file->execute("CREATE TABLE t(x); INSERT INTO t VALUES(1)"));
    }
    const auto base = KnowledgeBase::open(path);
    QVERIFY(!base);
    QVERIFY2(base.error().message.find("is not a knowledge base") != std::string::npos,
             base.error().message.c_str());
    auto file = store::Database::open(path, store::Database::Mode::ReadWrite);
    QCOMPARE(file->format()->version, std::int64_t(0));
}

void TestKnowledgeBase::resumesTheIngestQueue()
{
    QTemporaryDir dir;
    const QString path = dir.filePath("k.sqlite");
    {
        const auto base = opened(path);
        for (const char *id : {"a", "b", "c"})
            QVERIFY(base->storeDocument(document(id)));
        QCOMPARE((*base->takePending({}, 5))->id, std::string("a"));
        QVERIFY(base->addCompiled("a", "e1", 6));
        QCOMPARE((*base->takePending({}, 7))->id, std::string("b"));
        QVERIFY(base->document("b")->status == DocumentStatus::Processing);
    } // b was being compiled
    const auto base = opened(path);
    QVERIFY(base->document("a")->status == DocumentStatus::Compiled);
    QCOMPARE(base->document("a")->entryIds, Ids{"e1"});
    QCOMPARE(ids(base->documents({}, DocumentStatus::Pending)), (Ids{"b", "c"}));
    QCOMPARE((*base->takePending({}, 8))->id, std::string("b"));
    QVERIFY(base->setDocumentStatus("b", DocumentStatus::Failed, 9, "unreadable"));
    QCOMPARE((*base->takePending({}, 10))->id, std::string("c"));
    QVERIFY(!*base->takePending({}, 11));
    QVERIFY(base->setDocumentStatus("b", DocumentStatus::Pending, 12));
    QVERIFY(!*base->takePending("kb", 13));
    QCOMPARE((*base->takePending({}, 13))->id, std::string("b"));
    QVERIFY(!base->setDocumentStatus("none", DocumentStatus::Failed, 1));
    QVERIFY(!base->addCompiled("none", "e", 1));
}

void TestKnowledgeBase::reportsHealth()
{
    const auto base = opened();
    QCOMPARE(checkHealth(*base, {}, 0).coverage, 1.0);
    QCOMPARE(checkHealth(*base, {}, 0).freshness, 0.0);
    constexpr std::int64_t hour = 3'600'000;
    for (const char *id : {"a", "b", "c"}) {
        Entry made = entry(id, id);
        made.updatedMs = 0;
        made.confidence = *id == 'b' ? 0.29 : 0.3;
        QVERIFY(base->storeEntry(made));
    }
    QVERIFY(base->storeLink(link("l", "a", "ghost")));
    QVERIFY(base->storeDocument(document("p")));
    QVERIFY(base->storeDocument(document("f", DocumentStatus::Failed)));
    QVERIFY(base->storeDocument(document("c", DocumentStatus::Compiled)));
    const HealthReport report = checkHealth(*base, {}, 720 * hour + hour / 2);
    QCOMPARE(report.freshness, 0.368);
    QCOMPARE(report.coverage, 0.333);
    QCOMPARE(report.coherence, 0.6);
    QCOMPARE(report.pendingDocuments, std::size_t(1));
    Ids issues;
    for (const HealthIssue &issue : report.issues)
        issues.push_back(std::string(toString(issue.type)) + " " + issue.entryId
                         + issue.documentId);
    QCOMPARE(issues, (Ids{"orphan b", "orphan c", "low_confidence b", "inconsistent f"}));
    QCOMPARE(checkHealth(*base, "other", 0).entries, std::size_t(0));
}

void TestKnowledgeBase::roundsHalvesAway_data()
{
    QTest::addColumn<double>("value");
    QTest::addColumn<int>("digits");
    QTest::addColumn<double>("expected");
    QTest::newRow("half, even below") << 0.0625 << 3 << 0.063;
    QTest::newRow("half, odd below") << 0.1875 << 3 << 0.188;
    QTest::newRow("negative half") << -0.0625 << 3 << -0.063;
    QTest::newRow("looks like a half, is less") << 0.0005 + 1.0 << 3 << 1.0;
    QTest::newRow("plain") << 0.12344 << 4 << 0.1234;
    QTest::newRow("one") << 1.0 << 3 << 1.0;
}

void TestKnowledgeBase::roundsHalvesAway()
{
    QFETCH(double, value);
    QFETCH(int, digits);
    QTEST(rounded(value, digits), "expected");
}

void TestKnowledgeBase::toolsReportEveryChange()
{
    const auto base = opened();
    const auto copy = opened();
    int searches = 0;
    KnowledgeTools tools(*base, Kb(), 1000, [&](EventKind kind, const Json &data) {
        if (kind == EventKind::KnowledgeSearched)
            ++searches;
        else if (kind == EventKind::KnowledgeLinked)
            QVERIFY(copy->storeLink(*linkFromJson(data.at("link"))));
        else if (data.contains("entry"))
            QVERIFY(copy->storeEntry(*entryFromJson(data.at("entry"))));
        else
            QVERIFY(copy->storeDocument(*documentFromJson(data.at("document"))));
    });
    QVERIFY(tools.ingest({{"title", "Doc"}, {"content", "text"}}).at("status") == "ingested");
    const Json rule = tools.addEntry({{"title", "Rule"}, {"content", "See [[case]]."}});
    const Json second = tools.addEntry({{"title", "Rule"}, {"content", "Another"}});
    QVERIFY(rule.at("slug") == "rule" && second.at("slug") == "rule-2");
    QVERIFY(tools.link({{"from_slug", "rule"}, {"to_slug", "rule-2"}}).at("status") == "linked");
    QVERIFY(tools.link({{"from_slug", "rule"}, {"to_slug", "none"}}).at("status") == "error");
    QVERIFY(tools.backlinks({{"slug_or_id", second.at("id")}}).at("backlink_count") == 1);
    QVERIFY(tools.search({{"query", "rule"}, {"limit", 1}}).at("count") == 1);
    QVERIFY(tools.read({{"slug_or_id", "rule"}}).at("created_at") == "1970-01-01T00:00:01Z");
    QVERIFY(tools.read({{"slug_or_id", "none"}}).at("status") == "not_found");
    QVERIFY(tools.nextDocument().at("content") == "text");
    QVERIFY(tools.nextDocument().at("status") == "empty");
    QCOMPARE(searches, 1);
    const auto same = [](const auto &a, const auto &b) {
        return a.size() == b.size()
               && std::equal(a.begin(), a.end(), b.begin(), [](const auto &x, const auto &y) {
                      Json left = toJson(*x), right = toJson(*y);
                      left.erase("bytes"); // contents of documents are in no event
                      right.erase("bytes");
                      return left == right;
                  });
    };
    QVERIFY(same(base->entries(), copy->entries()));
    QVERIFY(same(base->links(), copy->links()));
    QVERIFY(same(base->documents(), copy->documents()));
}

void TestKnowledgeBase::anEntryMarksItsDocumentsAsCompiled()
{
    const auto base = opened();
    KnowledgeTools tools(*base, Kb("kb"), 1, [](EventKind, const Json &) {});
    const Json doc = tools.ingest({{"title", "Doc"}, {"content", "text"}});
    QVERIFY(tools.nextDocument().at("id") == doc.at("id"));
    const Json made = tools.addEntry({{"title", "T"},
                                      {"content", "c"},
                                      {"source_doc_ids", Json::array({doc.at("id"), "none"})}});
    const auto document = base->document(doc.at("id").get<std::string>());
    QVERIFY(document->status == DocumentStatus::Compiled);
    QCOMPARE(document->entryIds, Ids{made.at("id").get<std::string>()});
}

void TestKnowledgeBase::isReadWhileItIsWritten()
{
    const auto base = opened();
    std::atomic<bool> stop{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i)
        threads.emplace_back([&] {
            EntryQuery query;
            query.text = "title 5";
            while (!stop) {
                for (const EntryHit &hit : base->search(query))
                    if (hit.entry->title.empty())
                        qFatal("an entry without its title");
                static_cast<void>(checkHealth(*base, {}, 1));
                static_cast<void>(base->related("e1"));
            }
        });
    for (int i = 0; i < 500; ++i) {
        const std::string id = "e" + std::to_string(i % 20);
        QVERIFY(base->storeEntry(entry(id, "Title " + std::to_string(i % 7))));
        QVERIFY(base->storeLink(link("l" + std::to_string(i % 30), id, "e1")));
        if (i % 5 == 0)
            QVERIFY(base->deleteEntry(id));
    }
    stop = true;
    for (std::thread &thread : threads)
        thread.join();
    QCOMPARE(base->links().size(), std::size_t(30));
}

ORRERY_TEST(TestKnowledgeBase)
#include "tst_knowledgebase.moc"
