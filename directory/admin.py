from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.gis.db.models import PointField
from django.db.models import QuerySet
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.hours import refresh_hours
from directory.models import (
    Category,
    Labelling,
    Membership,
    Organization,
    Place,
    Service,
    User,
    Venue,
    VenueType,
)
from geodata.widgets import LonLatField


class AccountCreationForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email",)


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    list_display = ["email", "name", "is_staff", "is_active"]
    list_filter = ["is_staff", "is_active"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    add_form = AccountCreationForm
    fieldsets = [
        (None, {"fields": ["email", "password", "name"]}),
        (_("Droits"), {"fields": ["is_active", "is_staff", "is_superuser", "groups"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "usable_password", "password1", "password2"]})]


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ["user"]


@admin.register(Organization)
class OrganizationAdmin(admin.ModelAdmin):
    list_display = ["name", "siret", "is_provider", "is_sponsor", "demo"]
    search_fields = ["name__named", "siret"]
    inlines = [MembershipInline]


class PlaceInline(admin.StackedInline):
    model = Place
    extra = 0
    formfield_overrides = {PointField: {"form_class": LonLatField}}


class ServiceInline(admin.StackedInline):
    model = Service
    extra = 0
    autocomplete_fields = ["coverage"]


class LabellingInline(admin.TabularInline):
    model = Labelling
    extra = 0


@admin.register(Venue)
class VenueAdmin(admin.ModelAdmin):
    list_display = ["name", "venue_type", "organization", "itinerant", "published", "demo", "updated_on"]
    list_filter = ["venue_type", "published", "itinerant", "demo", "source"]
    search_fields = ["name__named", "source_id", "pivot"]
    autocomplete_fields = ["organization"]
    prepopulated_fields = {"slug": ["name"]}
    list_select_related = ["venue_type", "organization"]
    inlines = [PlaceInline, ServiceInline, LabellingInline]
    show_full_result_count = False

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: list[BaseModelFormSet], change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        refresh_hours(Place.objects.filter(venue=form.instance), today=timezone.localdate())


@admin.register(VenueType)
class VenueTypeAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "position"]


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    list_display = ["name", "parent", "slug", "position"]
    list_select_related = ["parent"]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "parent":
            kwargs["queryset"] = Category.objects.filter(parent=None)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        return super().get_queryset(request).order_by("parent__position", "position")
