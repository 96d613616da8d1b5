// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/viewmodels/story.h"
#include "ui/panels/decisionspanel.h"
#include "ui/panels/knowledgepanel.h"
#include "ui/shell/graphviews.h"
#include "ui/viewmodels/decisionsmodel.h"
#include "ui/viewmodels/knowledgemodel.h"
#include "ui/widgets/safereader.h"
#include "tests/support/testregistry.h"

#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QTableView>
#include <QTextBlock>
#include <QTextDocument>
#include <QTreeView>
#include <QtTest>

using namespace orrery;
using namespace orrery::ui;

namespace {

QStringList linksIn(const QTextDocument &document)
{
    QStringList links;
    for (QTextBlock block = document.begin(); block.isValid(); block = block.next())
        for (auto it = block.begin(); !it.atEnd(); ++it)
            if (it.fragment().charFormat().isAnchor())
                links << it.fragment().charFormat().anchorHref();
    return links;
}

Json entry(const std::string &id, const std::string &title, const std::string &content)
{
    return {{"entry",
             {{"id", id},
              {"title", title},
              {"slug", knowledge::slugify(title)},
              {"content", content}}}};
}

Json node(const std::string &id, const std::string &type)
{
    return {{"node",
             {{"id", id},
              {"type", type},
              {"label", "<b>" + id + "</b>"},
              {"rationale", "<i>why</i>"}}}};
}

Json edge(const std::string &from, const std::string &to)
{
    return {{"edge", {{"id", from + to}, {"from", from}, {"to", to}}}};
}

} // namespace

class TestGraphPanels : public QObject
{
    Q_OBJECT

private slots:
    void textOfModelsIsNotTrusted();
    void namesBecomeLinks_data();
    void namesBecomeLinks();
    void knowledgeCanBeSearchedAndFollowed();
    void decisionsAreWalkedWithTheKeyboard();
    void bothViewsShowTheSameNode();
};

void TestGraphPanels::textOfModelsIsNotTrusted()
{
    SafeReader reader;
    QSignalSpy clicked(&reader, &SafeReader::addressClicked);
    reader.showMarkdown("<script>x</script> ![p](http://127.0.0.1:1/p.png) ![f](file:///etc/hosts)"
                        " [out](http://127.0.0.1:1/) [js](javascript:alert(1))");
    QVERIFY(reader.toPlainText().contains("<script>"));
    const QVariant file =
        reader.document()->resource(QTextDocument::ImageResource, QUrl("file:///etc/hosts"));
    QVERIFY(file.toByteArray().isEmpty());
    QVERIFY(!reader.openExternalLinks() && !reader.openLinks());
    const QUrl before = reader.source();
    reader.setSource(QUrl::fromLocalFile("/etc/hosts"));
    QCOMPARE(reader.source(), before);
    emit reader.anchorClicked(QUrl("http://127.0.0.1:1/"));
    QCOMPARE(clicked.count(), 1);
    QVERIFY(reader.toPlainText().contains("out"));
}

void TestGraphPanels::namesBecomeLinks_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QStringList>("links");
    QTest::newRow("name") << "See [[rounding-rule]]." << QStringList{"entry:rounding-rule"};
    QTest::newRow("words") << "[[a|the a]]" << QStringList{"entry:a"};
    QTest::newRow("odd name") << "[[a (b) *c*]]" << QStringList{"entry:a%20%28b%29%20%2Ac%2A"};
    QTest::newRow("in code") << "`[[a]]`\n\n```\n[[b]]\n```\n\n[[c]]" << QStringList{"entry:c"};
    QTest::newRow("unfinished") << "[[a\n[[b" << QStringList{};
    QTest::newRow("fence without end") << "```\n[[a]]" << QStringList{};
}

void TestGraphPanels::namesBecomeLinks()
{
    QFETCH(QString, text);
    SafeReader reader;
    reader.showMarkdown(text);
    QTEST(linksIn(*reader.document()), "links");
}

void TestGraphPanels::knowledgeCanBeSearchedAndFollowed()
{
    AgentRoster roster;
    KnowledgeModel model(roster);
    KnowledgePanel panel({});
    KnowledgeView view(model, panel);
    view.fill(false);
    QVERIFY(panel.isEmpty());
    Story story;
    story.start();
    story.add(EventKind::KnowledgeSaved, "lead", entry("a", "Apple", "See [[banana]]."));
    story.add(EventKind::KnowledgeSaved, "lead", entry("b", "Banana", "Yellow"));
    story.add(EventKind::KnowledgeLinked, "lead",
              {{"link", {{"id", "l"}, {"from", "a"}, {"to", "b"}}}});
    model.apply(story.take());
    view.fill(false);
    QVERIFY(!panel.isEmpty());
    const auto *title = panel.findChild<QLabel *>("knowledgeTitle");
    QCOMPARE(title->text(), QString("Apple")); // the first one is read at once
    emit panel.reader()->anchorClicked(QUrl("entry:banana"));
    QCOMPARE(title->text(), QString("Banana"));
    QCOMPARE(panel.reader()->toPlainText(), QString("Yellow"));
    QCOMPARE(panel.linksTable()->model()->rowCount(), 1);
    emit panel.linksTable()->activated(panel.linksTable()->model()->index(0, 0));
    QCOMPARE(title->text(), QString("Apple"));
    panel.entriesTable()->setCurrentIndex(panel.entriesTable()->model()->index(1, 1));
    QCOMPARE(title->text(), QString("Banana"));
    auto *query = panel.findChild<QLineEdit *>("knowledgeQuery");
    QVERIFY(panel.entriesTable()->isColumnHidden(KnowledgeEntriesModel::Score));
    query->setText("apple");
    QTest::keyClick(query, Qt::Key_Return);
    QCOMPARE(panel.entriesTable()->model()->index(0, 1).data().toString(), QString("Apple"));
    QVERIFY(!panel.entriesTable()->isColumnHidden(KnowledgeEntriesModel::Score));
    QCOMPARE(title->text(), QString("Apple"));
    QSignalSpy asked(&view, &KnowledgeView::eventRequested);
    emit panel.eventRequested();
    QCOMPARE(asked.first().first().toULongLong(), quint64(2));
}

void TestGraphPanels::decisionsAreWalkedWithTheKeyboard()
{
    DecisionMap map;
    map.resize(800, 500);
    const auto box = [](const char *id, int layer, double x) {
        DecisionBox box;
        box.id = id;
        box.label = id;
        box.layer = layer;
        box.x = x;
        return box;
    };
    map.setGraph({box("g", 0, 0.5), box("a", 1, 0), box("b", 1, 1)}, {{0, 1}, {0, 2}});
    QSignalSpy chosen(&map, &DecisionMap::selectionChanged);
    QSignalSpy activated(&map, &DecisionMap::activated);
    const auto press = [&](Qt::Key key) {
        QTest::keyClick(&map, key);
        return map.selected();
    };
    QCOMPARE(press(Qt::Key_Down), QString("g"));
    QCOMPARE(press(Qt::Key_Down), QString("a"));
    QCOMPARE(press(Qt::Key_Right), QString("b"));
    QCOMPARE(press(Qt::Key_Right), QString("b"));
    QCOMPARE(press(Qt::Key_Left), QString("a"));
    QCOMPARE(press(Qt::Key_Up), QString("g"));
    QCOMPARE(press(Qt::Key_End), QString("b"));
    QCOMPARE(chosen.count(), 6);
    press(Qt::Key_Return);
    QCOMPARE(activated.count(), 1);
    const double before = map.zoom();
    press(Qt::Key_Minus);
    QVERIFY(map.zoom() < before);
    press(Qt::Key_0);
    QCOMPARE(map.zoom(), before);
    map.setGraph({box("g", 0, 0)}, {});
    QVERIFY(map.selected().isEmpty());
    QImage picture(map.contentSize().toSize(), QImage::Format_ARGB32);
    QPainter painter(&picture);
    map.paintAll(painter);
}

void TestGraphPanels::bothViewsShowTheSameNode()
{
    AgentRoster roster;
    DecisionsModel model(roster);
    DecisionsPanel panel({});
    DecisionsView view(model, panel);
    Story story;
    story.start();
    story.add(EventKind::DecisionRecorded, "lead", node("g", "goal"));
    story.add(EventKind::DecisionRecorded, "lead", node("a", "action"));
    story.add(EventKind::DecisionLinked, "lead", edge("g", "a"));
    model.apply(story.take());
    view.fill(false);
    QVERIFY(!panel.isEmpty());
    auto *label = panel.findChild<QLabel *>("decisionLabel");
    panel.map()->setFocus();
    QTest::keyClick(panel.map(), Qt::Key_Home);
    QCOMPARE(panel.outline()->currentIndex().data(DecisionsModel::IdRole).toString(), QString("g"));
    QCOMPARE(label->text(), QString("<b>g</b>"));
    QCOMPARE(label->textFormat(), Qt::PlainText);
    panel.outline()->setCurrentIndex(model.indexOf("a"));
    QCOMPARE(panel.map()->selected(), QString("a"));
    QVERIFY(
        panel.findChild<QLabel *>("decisionBody")->text().startsWith("Why: <i>why</i>\nFrom: "));
    // What was chosen stays chosen while the graph grows.
    story.add(EventKind::DecisionRecorded, "lead", node("z", "outcome"));
    story.add(EventKind::DecisionLinked, "lead", edge("a", "z"));
    model.apply(story.take());
    QCOMPARE(panel.map()->selected(), QString("a"));
    QVERIFY(panel.outline()->isExpanded(model.indexOf("a")));
    QSignalSpy asked(&view, &DecisionsView::eventRequested);
    emit panel.nodeActivated("z");
    QCOMPARE(asked.first().first().toULongLong(), quint64(5));
}

ORRERY_TEST(TestGraphPanels)
#include "tst_graphpanels.moc"
