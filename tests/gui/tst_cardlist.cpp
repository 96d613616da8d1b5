// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/rounds.h"
#include "tests/support/testregistry.h"
#include "ui/widgets/cardlist.h"

#include <QAbstractListModel>
#include <QPainter>
#include <QScrollBar>
#include <QStyledItemDelegate>
#include <QTest>

#include <random>

using namespace orrery;
using namespace orrery::ui;

namespace {

/// Rows of given heights.
class HeightsModel : public QAbstractListModel
{
public:
    int rowCount(const QModelIndex & = {}) const override { return int(heights.size()); }
    QVariant data(const QModelIndex &index, int role) const override
    {
        return role == Qt::UserRole ? heights[std::size_t(index.row())] : QVariant();
    }
    void insert(int row, std::vector<int> more)
    {
        beginInsertRows({}, row, row + int(more.size()) - 1);
        heights.insert(heights.begin() + row, more.begin(), more.end());
        endInsertRows();
    }
    void remove(int row)
    {
        beginRemoveRows({}, row, row);
        heights.erase(heights.begin() + row);
        endRemoveRows();
    }
    void change(int row, int height)
    {
        heights[std::size_t(row)] = height;
        emit dataChanged(index(row), index(row));
    }
    std::vector<int> heights;
};

class CountingDelegate : public QStyledItemDelegate
{
public:
    QSize sizeHint(const QStyleOptionViewItem &, const QModelIndex &index) const override
    {
        ++measured;
        return {100, index.data(Qt::UserRole).toInt()};
    }
    void paint(QPainter *, const QStyleOptionViewItem &, const QModelIndex &) const override
    {
        ++painted;
    }
    mutable int measured = 0, painted = 0;
};

struct Shown {
    explicit Shown(int rows)
    {
        std::mt19937 random(5);
        for (int row = 0; row < rows; ++row)
            model.heights.push_back(20 + int(random() % 180));
        list.setItemDelegate(&cards);
        list.resize(300, 600);
        list.setModel(&model);
        list.show();
        list.grab();
    }
    int room() const { return list.viewport()->height(); }
    int topOf(int row) const { return list.visualRect(model.index(row)).top(); }
    int bottomOf(int row) const { return list.visualRect(model.index(row)).bottom(); }
    QScrollBar *bar() const { return list.verticalScrollBar(); }

    HeightsModel model;
    CountingDelegate cards;
    CardList list;
};

} // namespace

class TestCardList : public QObject
{
    Q_OBJECT

private slots:
    void theIndexAgreesWithASum()
    {
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        HeightIndex index;
        std::vector<int> plain;
        index.reset(0);
        QCOMPARE(index.rowAt(0), -1);
        for (int round = 0; round < test::rounds(600); ++round) {
            const int size = int(plain.size());
            const int row = size ? int(random() % unsigned(size)) : 0;
            switch (random() % (size > 60 ? 5 : 4)) {
            case 0: {
                const int count = 1 + int(random() % 9);
                index.insert(size, count);
                for (int i = size; i < size + count; ++i)
                    plain.push_back(index.height(i));
                break;
            }
            case 1: {
                const int count = 1 + int(random() % 3);
                index.insert(row, count);
                plain.insert(plain.begin() + row, std::size_t(count), index.height(row));
                QVERIFY(!index.isMeasured(row));
                break;
            }
            case 4:
                index.remove(row, 2 % (size - row) + 1);
                plain.erase(plain.begin() + row, plain.begin() + row + 2 % (size - row) + 1);
                break;
            default:
                if (size) {
                    plain[std::size_t(row)] = int(random() % 300);
                    index.measured(row, plain[std::size_t(row)]);
                    QVERIFY(index.isMeasured(row));
                }
            }
            QCOMPARE(index.size(), int(plain.size()));
            qint64 top = 0;
            for (int i = 0; i < index.size(); ++i) {
                QCOMPARE(index.height(i), plain[std::size_t(i)]);
                QCOMPARE(index.top(i), top);
                if (plain[std::size_t(i)] > 0) {
                    QCOMPARE(index.rowAt(top), i);
                    QCOMPARE(index.rowAt(top + plain[std::size_t(i)] - 1), i);
                }
                top += plain[std::size_t(i)];
            }
            QCOMPARE(index.top(index.size()), top);
            QCOMPARE(index.rowAt(top + 5), index.size() - 1);
        }
    }

    void whatIsNotOnScreenIsNotMeasured_data()
    {
        QTest::addColumn<int>("rows");
        QTest::newRow("200") << 200;
        QTest::newRow("20,000") << 20000;
    }
    void whatIsNotOnScreenIsNotMeasured()
    {
        QFETCH(int, rows);
        Shown shown(rows);
        // At most thirty cards of 20 pixels are on the screen.
        QVERIFY2(shown.cards.measured <= 120, QByteArray::number(shown.cards.measured));
        shown.cards.measured = shown.cards.painted = 0;
        for (int i = 0; i < 50; ++i) {
            shown.model.change(rows - 1, 60 + i); // text that streams
            shown.list.grab();
        }
        QCOMPARE(shown.bar()->value(), shown.bar()->maximum());
        QCOMPARE(shown.bottomOf(rows - 1), shown.room() - 1);
        QVERIFY2(shown.cards.measured <= 50 * 31 && shown.cards.measured >= 50,
                 QByteArray::number(shown.cards.measured));
        QVERIFY(shown.cards.painted <= 50 * 31);
        shown.list.scrollTo(shown.model.index(rows / 2));
        shown.cards.measured = 0;
        for (int i = 0; i < 50; ++i) {
            shown.model.change(rows - 1, 200 + i); // out of sight
            shown.list.grab();
        }
        QVERIFY2(shown.cards.measured <= 60, QByteArray::number(shown.cards.measured));
    }

    void whatIsReadStaysWhereItIs()
    {
        Shown shown(500);
        shown.list.scrollTo(shown.model.index(250), QAbstractItemView::PositionAtTop);
        shown.list.grab();
        QCOMPARE(shown.topOf(250), 0);
        QVERIFY(!shown.list.followsEnd());
        shown.model.insert(500, {50, 60, 70});
        shown.model.change(251, 333);
        shown.list.grab();
        QCOMPARE(shown.topOf(250), 0);
        QCOMPARE(shown.topOf(252), shown.model.heights[250] + 333);
        shown.model.insert(10, {500, 500});
        shown.list.grab();
        QCOMPARE(shown.topOf(252), 0); // the same card
        shown.model.remove(400);
        shown.list.grab();
        QCOMPARE(shown.topOf(252), 0);
        shown.list.resize(200, 600); // every height is measured anew
        shown.list.grab();
        QCOMPARE(shown.topOf(252), 0);
    }

    void theEndIsFollowedUntilOneLooksBack()
    {
        Shown shown(300);
        for (int i = 0; i < 5; ++i) {
            shown.model.insert(shown.model.rowCount(), {40 + i});
            shown.list.grab();
            QCOMPARE(shown.bottomOf(shown.model.rowCount() - 1), shown.room() - 1);
        }
        shown.bar()->triggerAction(QAbstractSlider::SliderPageStepSub);
        shown.list.grab();
        const QModelIndex first = shown.list.indexAt({5, 0});
        const int top = shown.topOf(first.row());
        shown.model.insert(shown.model.rowCount(), {70, 70, 70});
        shown.list.grab();
        QCOMPARE(shown.topOf(first.row()), top);
        shown.bar()->triggerAction(QAbstractSlider::SliderToMaximum);
        shown.list.grab();
        shown.model.insert(shown.model.rowCount(), {70});
        shown.list.grab();
        QCOMPARE(shown.bottomOf(shown.model.rowCount() - 1), shown.room() - 1);
    }

    void everyCardIsReachedByKeys()
    {
        Shown shown(400);
        shown.list.setCurrentIndex(shown.model.index(0));
        shown.list.grab();
        QCOMPARE(shown.topOf(0), 0);
        for (int row = 1; row < 400; ++row) {
            QTest::keyClick(&shown.list, Qt::Key_Down);
            QCOMPARE(shown.list.currentIndex().row(), row);
            if (row % 20 == 0) {
                shown.list.grab();
                QVERIFY(shown.topOf(row) >= 0 && shown.bottomOf(row) < shown.room());
            }
        }
        QTest::keyClick(&shown.list, Qt::Key_Home);
        QCOMPARE(shown.list.currentIndex().row(), 0);
        for (int pages = 0; shown.list.currentIndex().row() < 399; ++pages) {
            const int before = shown.list.currentIndex().row();
            QTest::keyClick(&shown.list, Qt::Key_PageDown);
            QVERIFY(shown.list.currentIndex().row() > before);
            QVERIFY(pages < 400);
        }
        QTest::keyClick(&shown.list, Qt::Key_PageUp);
        QVERIFY(shown.list.currentIndex().row() < 399);
        QTest::keyClick(&shown.list, Qt::Key_End);
        shown.list.grab();
        QCOMPARE(shown.bottomOf(399), shown.room() - 1);
    }

    void aCardTallerThanTheViewCanBeScrolledThrough()
    {
        Shown shown(3);
        shown.model.change(1, 5000);
        shown.list.scrollTo(shown.model.index(1), QAbstractItemView::PositionAtTop);
        shown.list.grab();
        QCOMPARE(shown.topOf(1), 0);
        shown.bar()->setValue(shown.bar()->value() + 3000);
        shown.list.grab();
        QCOMPARE(shown.topOf(1), -3000);
        QCOMPARE(shown.list.indexAt({5, 5}).row(), 1);
        shown.list.scrollTo(shown.model.index(1)); // a part of it fills the view already
        QCOMPARE(shown.topOf(1), -3000);
    }

    void anEmptyListIsEmpty()
    {
        Shown shown(0);
        QVERIFY(!shown.list.indexAt({5, 5}).isValid());
        QTest::keyClick(&shown.list, Qt::Key_Down);
        shown.model.insert(0, {30});
        shown.list.grab();
        QCOMPARE(shown.topOf(0), 0);
        QVERIFY(!shown.list.indexAt({5, 200}).isValid());
        shown.model.remove(0);
        shown.list.grab();
        QVERIFY(!shown.list.indexAt({5, 5}).isValid());
    }
};

ORRERY_TEST(TestCardList)
#include "tst_cardlist.moc"
