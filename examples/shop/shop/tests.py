from django.core.cache import cache, caches
from django.test import TestCase

from shop import catalogue, reports
from shop.models import Category, Product


class ShopTests(TestCase):
    def setUp(self):
        cache.clear()
        caches["reports"].clear()
        self.tea = Category.objects.create(name="Tea", slug="tea")
        self.green = Product.objects.create(category=self.tea, name="Green", price="4.50", stock=3)
        Product.objects.create(category=self.tea, name="Black", price="3.90", active=False)

    def test_product_name_cold_and_warm(self):
        self.assertEqual(catalogue.product_name(self.green.pk), "Green")
        with self.assertNumQueries(0):
            self.assertEqual(catalogue.product_name(self.green.pk), "Green")

    def test_product_name_of_a_missing_product(self):
        with self.assertRaises(Product.DoesNotExist):
            catalogue.product_name(0)

    def test_home_cold_and_warm(self):
        for _ in range(2):
            response = self.client.get("/")
            self.assertEqual(response.json(), {"products": ["Green"]})

    def test_category(self):
        for _ in range(2):
            self.assertEqual(self.client.get("/categories/tea/").json(), {"active": 1, "all": 2})

    def test_product_page(self):
        self.assertContains(self.client.get(f"/products/{self.green.pk}/"), "Green, the cheapest is 3.90")

    def test_report(self):
        reports.store_report("sales", [{"name": "Green", "sold": 2}])
        self.assertEqual(reports.load_report("sales"), [{"name": "Green", "sold": 2}])

    def test_summary(self):
        reports.summary()
        self.assertEqual(caches["reports"].get("summary"), 2)
