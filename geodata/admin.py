from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from geodata.models import Area


@admin.register(Area)
class AreaAdmin(admin.ModelAdmin):
    """Official territories come from `import_areas`: here they are looked up, not edited."""

    list_display = ["name", "level", "code", "population", "parent"]
    list_filter = ["level"]
    search_fields = ["name", "code"]
    readonly_fields = ["level", "code", "name", "population", "parent", "epci", "valid_from", "valid_until"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Area]:
        return super().get_queryset(request).defer("geom").select_related("parent", "epci")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Area | None = None) -> bool:
        return False
