// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/claimspanel.h"
#include "ui/panels/conversationpanel.h"
#include "ui/panels/eventspanel.h"
#include "ui/panels/limitspanel.h"
#include "ui/panels/memorypanel.h"
#include "ui/panels/teampanel.h"
#include "ui/widgets/tabletools.h"
#include "tests/support/testregistry.h"

#include <QJsonDocument>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSlider>
#include <QStandardItemModel>
#include <QTableView>
#include <QToolButton>
#include <QtTest>

using namespace orrery::ui;

class TestPanels : public QObject
{
    Q_OBJECT

private slots:
    void approvalKeysAnswer_data()
    {
        QTest::addColumn<int>("key");
        QTest::addColumn<int>("approved");
        QTest::addColumn<int>("denied");
        QTest::newRow("A approves") << int(Qt::Key_A) << 1 << 0;
        QTest::newRow("D denies") << int(Qt::Key_D) << 0 << 1;
        QTest::newRow("another does nothing") << int(Qt::Key_X) << 0 << 0;
    }
    void approvalKeysAnswer()
    {
        QFETCH(int, key);
        ApprovalCard card;
        ApprovalRequest request;
        request.id = "a1";
        card.showRequests({request});
        QTRY_VERIFY(card.canBeAnswered());
        QSignalSpy approved(&card, &ApprovalCard::approved);
        QSignalSpy denied(&card, &ApprovalCard::denied);
        QTest::keyClick(&card, Qt::Key(key));
        QTEST(int(approved.count()), "approved");
        QTEST(int(denied.count()), "denied");
    }

    void nothingIsAnsweredWithoutARequest()
    {
        ApprovalCard card;
        QSignalSpy approved(&card, &ApprovalCard::approved);
        QTest::keyClick(&card, Qt::Key_A);
        QCOMPARE(approved.count(), 0);
    }

    void marksThatWouldOverlapBecomeOne()
    {
        using Mark = LimitMark;
        const QList<Mark> kinds{Mark::Acquired, Mark::Waiting, Mark::Waiting, Mark::Denied,
                                Mark::Waiting,  Mark::Waiting, Mark::Refunded};
        const QList<qreal> xs{1, 10, 12, 14, 90, 200, 201};
        QList<MarkAt> marks;
        for (const Mark kind : kinds)
            marks << MarkAt{0, kind, "lead", 0, {}};
        QStringList told;
        qreal free = 0;
        for (const MarkCluster &cluster : clusterMarks(marks, xs, 20)) {
            told << QString("%1×%2 newest %3")
                        .arg(int(cluster.mark))
                        .arg(cluster.count)
                        .arg(cluster.newest);
            QVERIFY(cluster.x >= free); // nothing lies upon what is before it
            free = cluster.x + markSize + (cluster.count > 1 ? 20 : 0);
        }
        const int wait = int(Mark::Waiting);
        const int denied = int(Mark::Denied);
        QCOMPARE(
            told,
            QStringList({QString("%1×2 newest 2").arg(wait), QString("%1×1 newest 3").arg(denied),
                         QString("%1×1 newest 4").arg(wait), QString("%1×1 newest 5").arg(wait)}));
    }

    void aYoungRunFillsTheChart_data()
    {
        QTest::addColumn<qint64>("age");
        QTest::addColumn<qint64>("span");
        QTest::newRow("nothing yet") << qint64(0) << qint64(20000);
        QTest::newRow("young") << qint64(19999) << qint64(20000);
        QTest::newRow("older") << qint64(20000) << qint64(40000);
        QTest::newRow("a minute") << qint64(60000) << qint64(60000);
    }
    void aYoungRunFillsTheChart()
    {
        QFETCH(qint64, age);
        QTEST(LimitChart::spanFor(age), "span");
    }

    void claimTimesAreWords()
    {
        QCOMPARE(ClaimMap::remaining(133000), "2:13");
        QCOMPARE(ClaimMap::remaining(1), "0:01");
        QCOMPARE(ClaimMap::remaining(0), "expired");
        QCOMPARE(ClaimMap::lineText(40, 88), QStringLiteral("40–88"));
        QCOMPARE(ClaimMap::lineText(1, 2000000000), "whole file");
    }

    void theClaimMapIsWalkedByKeys()
    {
        ClaimMap map;
        map.resize(400, 200);
        map.setFiles({{"a.py", {}, {}, {}}, {"b.py", {}, {}, {}}}, 0);
        QSignalSpy activated(&map, &ClaimMap::fileActivated);
        QTest::keyClick(&map, Qt::Key_Down);
        QTest::keyClick(&map, Qt::Key_Down);
        QTest::keyClick(&map, Qt::Key_Down);
        QCOMPARE(activated.count(), 3);
        QCOMPARE(activated[0][0].toString(), "a.py");
        QCOMPARE(activated[2][0].toString(), "b.py");
    }

    void aTypedLetterMovesNothingInTheConversation()
    {
        ConversationPanel panel({});
        QStandardItemModel model;
        for (const char *text : {"apple", "pear", "plum"})
            model.appendRow(new QStandardItem(text));
        panel.setModel(&model, [](const QModelIndex &) { return Card(); });
        panel.setEmpty(false);
        panel.show();
        auto *list = panel.findChild<QAbstractItemView *>("conversationList");
        list->setCurrentIndex(model.index(2, 0));
        QTest::keyClick(list, Qt::Key_A); // one more than a request wanted
        QCOMPARE(list->currentIndex().row(), 2);
    }

    void aLongCardFoldsAndUnfolds()
    {
        QStandardItemModel model(1, 1);
        Card card;
        card.key = "1";
        card.text = QString("line\n").repeated(20);
        card.foldedAtFirst = true;
        CardDelegate cards([&](const QModelIndex &) { return card; }, nullptr);
        QStyleOptionViewItem option;
        option.rect = QRect(0, 0, 400, 0);
        const int folded = cards.sizeHint(option, model.index(0, 0)).height();
        cards.toggle(model.index(0, 0));
        QVERIFY(cards.sizeHint(option, model.index(0, 0)).height() > folded * 2);
        cards.toggle(model.index(0, 0));
        QCOMPARE(cards.sizeHint(option, model.index(0, 0)).height(), folded);
    }

    void aGrownCardIsMeasuredAgain()
    {
        QStandardItemModel model(1, 1);
        Card card;
        card.key = "1";
        card.text = "one";
        CardDelegate cards([&](const QModelIndex &) { return card; }, nullptr);
        QStyleOptionViewItem option;
        option.rect = QRect(0, 0, 400, 0);
        const int before = cards.sizeHint(option, model.index(0, 0)).height();
        card.text = "one\ntwo\nthree";
        ++card.revision;
        QVERIFY(cards.sizeHint(option, model.index(0, 0)).height() > before);
    }

    void selectedRowsAreCopied()
    {
        QTableView table;
        QStandardItemModel model(2, 3);
        for (int row = 0; row < 2; ++row) {
            for (int column = 0; column < 3; ++column)
                model.setItem(row, column, new QStandardItem(QString("%1%2").arg(row).arg(column)));
        }
        table.setModel(&model);
        prepareTable(&table, "t");
        QCOMPARE(selectedAsTsv(&table), "");
        table.setColumnHidden(1, true);
        table.selectAll();
        QCOMPARE(selectedAsTsv(&table), "00\t02\n10\t12");
        model.setHorizontalHeaderLabels({"A", "B", "C"});
        QCOMPARE(QJsonDocument::fromJson(selectedAsJson(&table).toUtf8()),
                 QJsonDocument::fromJson(R"([{"A":"00","C":"02"},{"A":"10","C":"12"}])"));
        table.clearSelection();
        QCOMPARE(selectedAsJson(&table), "");
    }

    void theConversationFollowsUnlessOneLooksBack()
    {
        ConversationPanel panel({});
        QStandardItemModel model;
        QStringList texts;
        panel.setModel(&model, [&](const QModelIndex &index) {
            Card card;
            card.key = QString::number(index.row());
            card.text = texts.value(index.row());
            card.revision = int(card.text.size());
            return card;
        });
        panel.setEmpty(false);
        panel.resize(500, 400);
        panel.show();
        auto *list = panel.findChild<QAbstractItemView *>("conversationList");
        QScrollBar *bar = list->verticalScrollBar();
        const auto say = [&](int times) {
            for (int i = 0; i < times; ++i) {
                texts << QString("words and words\n").repeated(1 + i % 7);
                model.appendRow(new QStandardItem);
                texts.last() += "more\nof\nit"; // the last card grows
                model.item(model.rowCount() - 1)->setText("changed");
                QCoreApplication::processEvents();
            }
        };
        say(60);
        QTRY_VERIFY(bar->maximum() > 1000 && bar->value() == bar->maximum());
        panel.resize(300, 500);
        QTRY_COMPARE(bar->value(), bar->maximum());
        QTest::keyClick(list, Qt::Key_Up); // begins where one looks
        QCOMPARE(list->currentIndex().row(), model.rowCount() - 1);
        QTest::keyClick(list, Qt::Key_Home);
        QTRY_COMPARE(bar->value(), 0);
        say(10);
        QTest::qWait(20);
        QCOMPARE(bar->value(), 0); // stays where one looks
        QTest::keyClick(list, Qt::Key_End);
        say(10);
        QTRY_COMPARE(bar->value(), bar->maximum());
        bar->triggerAction(QAbstractSlider::SliderPageStepSub);
        const int looked = bar->value();
        say(5);
        QTest::qWait(20);
        QCOMPARE(bar->value(), looked);
    }

    void anEmptyTableSaysSo()
    {
        QTableView table;
        QStandardItemModel model(0, 2);
        table.setModel(&model);
        prepareTable(&table, "t");
        setPlaceholder(&table, "Nothing yet.");
        table.show();
        auto *words = table.viewport()->findChild<QLabel *>();
        QVERIFY(words && words->isVisible());
        QCOMPARE(words->text(), "Nothing yet.");
        model.appendRow(new QStandardItem("x"));
        QVERIFY(!words->isVisible());
        model.removeRow(0);
        QVERIFY(words->isVisible());
    }

    void theFilterIsToldOnceTypingRests()
    {
        EventsPanel panel({});
        panel.setEmpty(false);
        panel.setKinds({"tool_started"});
        QSignalSpy changed(&panel, &EventsPanel::filterChanged);
        panel.show();
        QTest::keyClicks(panel.findChild<QLineEdit *>("eventFilter"), "bash");
        QTRY_COMPARE(changed.count(), 1);
        QCOMPARE(changed[0][0].toString(), "bash");
    }

    void aMessageIsSentByReturn()
    {
        ConversationPanel panel({});
        panel.setEmpty(false);
        panel.setRecipient("coder", true);
        QSignalSpy sent(&panel, &ConversationPanel::messageSent);
        panel.show();
        auto *box = panel.findChild<QLineEdit *>("messageBox");
        QVERIFY(box->placeholderText().contains("coder"));
        QTest::keyClicks(box, "hold on");
        QTest::keyClick(box, Qt::Key_Return);
        QTest::keyClick(box, Qt::Key_Return); // an empty message is none
        QCOMPARE(sent.count(), 1);
        QCOMPARE(sent[0][0].toString(), "hold on");
        QCOMPARE(sent[0][1].toBool(), false);
    }

    void onlyWhoWorksCanBeInterrupted()
    {
        ConversationPanel panel({});
        panel.setEmpty(false);
        panel.setRecipient("coder", true);
        QSignalSpy sent(&panel, &ConversationPanel::messageSent);
        panel.show();
        auto *box = panel.findChild<QLineEdit *>("messageBox");
        auto *button = panel.findChild<QPushButton *>("interruptButton");
        QVERIFY(!button->isVisible());
        panel.setRecipientBusy(true);
        QVERIFY(button->isVisible());
        QTest::keyClicks(box, "no, this");
        QTest::keyClick(box, Qt::Key_Return, Qt::ControlModifier);
        QTest::keyClicks(box, "and that");
        QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(sent.count(), 2);
        QCOMPARE(sent[0][0].toString(), "no, this");
        QCOMPARE(sent[0][1].toBool(), true);
        QCOMPARE(sent[1][1].toBool(), true);
    }

    void cardsShrinkUntilTheTeamIsSeen_data()
    {
        QTest::addColumn<int>("agents");
        QTest::addColumn<bool>("allSeen");
        QTest::newRow("a few") << 3 << true;
        QTest::newRow("some") << 6 << true;
        QTest::newRow("too many scroll") << 40 << false;
    }
    void cardsShrinkUntilTheTeamIsSeen()
    {
        QFETCH(int, agents);
        TeamPanel panel({});
        QStandardItemModel model(agents, 1);
        panel.setModel(&model, [](const QModelIndex &) { return AgentCard(); });
        panel.setEmpty(false);
        panel.resize(220, 500);
        panel.show();
        auto *list = panel.findChild<QListView *>("teamList");
        list->doItemsLayout();
        QTEST(!list->verticalScrollBar()->isVisible(), "allSeen");
        QVERIFY(list->sizeHintForRow(0) > 50);
    }

    void anAgentIsChosenByKeys()
    {
        TeamPanel panel({});
        QStandardItemModel model(2, 1);
        panel.setModel(&model, [](const QModelIndex &index) {
            AgentCard card;
            card.name = index.row() ? "coder" : "lead";
            return card;
        });
        panel.setEmpty(false);
        panel.show();
        QSignalSpy selected(&panel, &TeamPanel::agentSelected);
        auto *list = panel.findChild<QListView *>("teamList");
        panel.selectAgent("lead");
        QTest::keyClick(list, Qt::Key_Down);
        QCOMPARE(panel.selectedAgent(), "coder");
        QCOMPARE(selected.count(), 2);
    }

    void theSentenceOfADenialIsShown()
    {
        LimitsPanel panel({});
        panel.setEmpty(false);
        panel.show();
        auto *label = panel.findChild<QLabel *>("denialSentence");
        QVERIFY(!label->isVisible());
        panel.setSentence("coder's call needed ~9,000 tokens.");
        QVERIFY(label->isVisible());
        QCOMPARE(label->text().simplified(), "coder's call needed ~9,000 tokens.");
    }

    void aSearchCarriesItsScope()
    {
        MemoryPanel panel({});
        panel.setEmpty(false);
        panel.setAgents({"lead"});
        panel.show();
        QSignalSpy asked(&panel, &MemoryPanel::searchRequested);
        auto *query = panel.findChild<QLineEdit *>("memoryQuery");
        QTest::keyClicks(query, "price");
        QTest::keyClick(query, Qt::Key_Return);
        QCOMPARE(asked.count(), 1);
        QCOMPARE(asked[0][0].toString(), "price");
        QCOMPARE(asked[0][1].toString(), "");
        QCOMPARE(asked[0][2].toString(), "");
    }

    void aSearchIsExplainedByKeyboardAlone()
    {
        MemoryPanel panel({});
        panel.setEmpty(false);
        panel.resize(620, 400);
        panel.show();
        auto *explain = panel.findChild<QToolButton *>("memoryExplain");
        auto *whyNot = panel.findChild<QLineEdit *>("memoryWhyNot");
        panel.setPipeline({}, {});
        QVERIFY(!explain->isEnabled()); // there is no search to explain
        panel.setPipeline({{"Text 3 · 1 ms", "Jaro", false, true},
                           {"Vector skipped", "connection refused", true, false},
                           {"top 10: 3 returned", "", false, true}},
                          {"By text alone: connection refused"});
        auto *bar = panel.findChild<PipelineBar *>("memoryPipeline");
        const auto chips = bar->findChildren<QToolButton *>();
        QCOMPARE(chips.size(), 2);
        QSignalSpy chosen(&panel, &MemoryPanel::stepChosen);
        QTest::keyClick(chips[1], Qt::Key_Space);
        QCOMPARE(chosen.takeLast()[0].toInt(), 2);
        QTest::keyClick(chips[0], Qt::Key_Space);
        QCOMPARE(chosen.takeLast()[0].toInt(), 0);
        QVERIFY(!chips[1]->isChecked());
        QTest::keyClick(chips[0], Qt::Key_Space);
        QCOMPARE(chosen.takeLast()[0].toInt(), -1);
        for (QWidget *each : bar->findChildren<QWidget *>())
            QVERIFY(!each->accessibleName().isEmpty());
        // A failed step can be reached, and says why.
        const auto failed = std::find_if(bar->children().begin(), bar->children().end(),
                                         [](QObject *o) { return o->property("failed").toBool(); });
        QVERIFY(failed != bar->children().end());
        QCOMPARE(qobject_cast<QWidget *>(*failed)->focusPolicy(), Qt::StrongFocus);
        QCOMPARE(qobject_cast<QWidget *>(*failed)->accessibleDescription(), "connection refused");

        QVERIFY(!whyNot->isVisible());
        QTest::keyClick(explain, Qt::Key_Space);
        QVERIFY(whyNot->isVisible());
        QSignalSpy asked(&panel, &MemoryPanel::whyNotAsked);
        QTest::keyClicks(whyNot, " mem_1 ");
        QTest::keyClick(whyNot, Qt::Key_Return);
        QCOMPARE(asked.takeLast()[0].toString(), "mem_1");
        panel.setAnswer("Its score is 0.1, below the least of 0.3.");
        QVERIFY(panel.findChild<QLabel *>("memoryAnswer")->isVisible());

        QSignalSpy changed(&panel, &MemoryPanel::whatIfChanged);
        panel.setRanking({0.5, 0.3, 0, 0.001, 60, 0}, false);
        QCOMPARE(changed.count(), 0); // nobody has moved anything
        const auto sliders = panel.findChildren<QSlider *>();
        QCOMPARE(sliders.size(), 6);
        QVERIFY(!sliders[4]->isEnabled()); // nothing is fused
        for (QSlider *slider : sliders)
            QVERIFY(!slider->accessibleName().isEmpty());
        QTest::keyClick(sliders[0], Qt::Key_Right);
        QCOMPARE(changed.count(), 1);
        const auto values = changed[0][0].value<WhatIfValues>();
        QCOMPARE(values.relevance, 0.51);
        QCOMPARE(values.lambda, 0.001); // what is not moved stays exact
    }
};

ORRERY_TEST(TestPanels)
#include "tst_panels.moc"
