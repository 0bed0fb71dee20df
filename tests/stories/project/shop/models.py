from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=50)


class Loud(models.Manager):
    def get(self, **kwargs):
        return super().get(**kwargs)


class Book(models.Model):
    author = models.ForeignKey(Author, models.CASCADE, related_name="books")
    title = models.CharField(max_length=50)
    pages = models.IntegerField(default=0)
    price = models.DecimalField(max_digits=6, decimal_places=2, default=0)

    objects = models.Manager()
    loud = Loud()

    def __str__(self):
        return f"{self.title}!"

    def shout(self):
        return self.title.upper()

    @property
    def short(self):
        return self.title[:2]


class Note(models.Model):
    text = models.CharField(max_length=50)

    def __bool__(self):
        return self.text != "empty"


class Ranked(models.Model):
    name = models.CharField(max_length=50)
    place = models.IntegerField(default=0)
    status = models.CharField(max_length=50)

    class Meta:
        abstract = True


class Place(Ranked):
    status = "computed"


class Rank(Ranked):
    def __lt__(self, other):
        return self.place < other.place
